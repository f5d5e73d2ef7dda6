-- Ties held jobs to their places and keys again, as 'mend' has asked. A place under another key than the job's is dropped. A job whose
-- key cannot be told stays as it is if it has a place under a held key, and is buried otherwise.
--
-- KEYS 6: lease, held, held order, held jobs, attempts, dead
-- ARGV 2 + 3n: owner, epoch, then tag and place as 'mend' gave them and key (empty = cannot be told) of each job
-- Returns: {'tied', jobs put back, jobs buried}
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released; the epoch is recorded in dead letters.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, order, jobs, attempts, dead = unpack(KEYS, 2)
local time = redis.call('TIME')
local failed_at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('PERSIST', KEYS[1])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local held_keys = redis.call('HKEYS', held)
local _ = {redis.call('ZSCORE', order, ''), redis.call('ZADD', order, 'XX', 0, ''), redis.call('ZREM', order, ''),
  redis.call('HDEL', jobs, ''), redis.call('HDEL', attempts, ''), redis.call('XLEN', dead),
  redis.call('HSETNX', KEYS[1], 'owner', '')}

local back, buried = 0, 0
local function bury(fields)
  if #fields > 6000 then
    fields = {'fields', cmsgpack.pack(fields)}
  end
  for _, text in ipairs({'reason', 'its key cannot be told', 'exception', '', 'attempts', '0', 'failed_at', failed_at, 'epoch',
    ARGV[2]}) do
    fields[#fields + 1] = text
  end
  redis.call('XADD', dead, '*', unpack(fields))
  buried = buried + 1
end

-- The tag of the held key under which this place is in order.
local function held_tag(place)
  for _, key in ipairs(held_keys) do
    local tag = redis.sha1hex(key)
    if redis.call('ZSCORE', order, tag .. place) then
      return tag
    end
  end
end

local function tie(tag, place, key)
  local packed = redis.call('HGET', jobs, place)
  if not packed then
    return
  end
  local right = key ~= '' and redis.sha1hex(key) or held_tag(place)
  if tag ~= '' and tag ~= right then
    redis.call('ZREM', order, tag .. place)
  end
  if key ~= '' then
    local placed = redis.call('ZADD', order, 0, right .. place)
    back = back + math.max(placed, redis.call('HSETNX', held, key, '0 0 0 '))
  elseif not right then
    bury(cmsgpack.unpack(packed)[2])
    redis.call('HDEL', jobs, place)
    redis.call('HDEL', attempts, place)
  end
end

for i = 3, #ARGV, 3 do
  tie(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
return {'tied', back, buried}
