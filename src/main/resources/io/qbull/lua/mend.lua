-- Ties the jobs that wait to their places and keys again, after some of the keys of this script were lost. A place without its job is
-- dropped; a held job whose key cannot be told is buried, one that cannot be read is deleted. Works page by page.
--
-- KEYS 8: lease, held, held order, held jobs, attempts, delayed, delayed jobs, dead
-- ARGV 3: owner, epoch, cursor ('0' = from the start)
-- Returns: {'mended', next cursor ('0' = all is done), jobs put back, jobs lost, jobs buried}
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released; the epoch is recorded in dead letters.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, order, jobs, attempts, delayed, delayed_jobs, dead = unpack(KEYS, 2)
local time = redis.call('TIME')
local failed_at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
-- These fail here, before anything is written, if one of the keys has another type.
local _ = {redis.call('HLEN', held), redis.call('ZCARD', order), redis.call('HLEN', jobs), redis.call('HLEN', attempts),
  redis.call('ZCARD', delayed), redis.call('HLEN', delayed_jobs), redis.call('XLEN', dead)}
redis.call('PERSIST', KEYS[1])

-- As in Java: an entry of ours has its key as a field, one of the original QBull in its JSON, any other is named by its place.
local function key_of(id, fields)
  local field = {}
  for i = 1, #fields, 2 do
    field[fields[i]] = fields[i + 1]
  end
  if field.key and (field.id or field.body) then
    return field.key
  elseif not (#fields == 2 and field.job) then
    return id
  end
  local readable, members = pcall(cjson.decode, field.job)
  local key = readable and type(members) == 'table' and members.partition_id
  return type(key) == 'string' and key ~= '' and key
end

local back, lost, buried = 0, 0, 0
local function put_back(place, packed)
  local readable, job = pcall(cmsgpack.unpack, packed)
  local fields = readable and type(job) == 'table' and type(job[2]) == 'table' and job[2]
  local key = fields and key_of(job[1], fields)
  if key then
    local placed = redis.call('ZADD', order, 0, redis.sha1hex(key) .. place)
    back = back + math.max(placed, redis.call('HSETNX', held, key, '0 0 0 '))
    return
  elseif fields then
    redis.call('XADD', dead, '*', fields[1], fields[2], 'reason', 'its key was lost', 'exception', '', 'attempts', '0',
      'failed_at', failed_at, 'epoch', ARGV[2])
    buried = buried + 1
  else
    lost = lost + 1
  end
  redis.call('HDEL', jobs, place)
  redis.call('HDEL', attempts, place)
end

local phase, cursor = string.match(ARGV[3], '^(%d) (%d+)$')
phase, cursor = tonumber(phase or 1), cursor or '0'
local page = phase == 1 and redis.call('HSCAN', jobs, cursor, 'COUNT', 100)
  or phase == 2 and redis.call('ZSCAN', order, cursor, 'COUNT', 500)
  or phase == 3 and redis.call('HSCAN', delayed_jobs, cursor, 'COUNT', 100)
  or redis.call('ZSCAN', delayed, cursor, 'COUNT', 500)
for i = 1, #page[2], 2 do
  local name = page[2][i]
  if phase == 1 then
    put_back(name, page[2][i + 1])
  elseif phase == 2 and redis.call('HEXISTS', jobs, string.sub(name, 41)) == 0 then
    lost = lost + redis.call('ZREM', order, name)
    redis.call('HDEL', attempts, string.sub(name, 41))
  elseif phase == 3 then
    back = back + redis.call('ZADD', delayed, string.match(name, '^%d+'), name)
  elseif phase == 4 and redis.call('HEXISTS', delayed_jobs, name) == 0 then
    lost = lost + redis.call('ZREM', delayed, name)
  end
end
if page[1] == '0' then
  phase = phase + 1
end
return {'mended', phase > 4 and '0' or phase .. ' ' .. page[1], back, lost, buried}
