-- Finds what is wrong with the jobs that wait, after some of the keys of this script were lost: page by page. A place without its job
-- is dropped, and a held job that cannot be read is deleted. A delayed job gets its place. What key a held job has is known to the
-- owner only: it is asked, and answers with 'tie'.
--
-- KEYS 7: lease, held order, held jobs, attempts, delayed, delayed jobs, held
-- ARGV 3: owner, epoch, cursor ('0' = from the start)
-- Returns: {'mended', next cursor ('0' = all is done), jobs put back, jobs lost, {tag in the held order ('' = read from the held jobs),
--            place, stream id, fields and values, ...}}; values that no key is made of are empty
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local order, jobs, attempts, delayed, delayed_jobs = unpack(KEYS, 2)
redis.call('PERSIST', KEYS[1])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local _ = {redis.call('ZREM', order, ''), redis.call('HDEL', jobs, ''), redis.call('HDEL', attempts, ''),
  redis.call('ZADD', delayed, 'XX', 0, ''), redis.call('HLEN', delayed_jobs), redis.call('HLEN', KEYS[7])}

local back, lost = 0, 0
local asked, bytes = {}, 0

local function ask(tag, place, packed)
  local readable, job = pcall(cmsgpack.unpack, packed or '')
  if not (readable and type(job) == 'table' and type(job[1]) == 'string' and type(job[2]) == 'table') then
    lost = lost + 1
    redis.call('ZREM', order, tag .. place)
    redis.call('HDEL', jobs, place)
    redis.call('HDEL', attempts, place)
    return
  end
  local fields = job[2]
  for i = 2, #fields, 2 do
    if fields[i - 1] ~= 'key' and fields[i - 1] ~= 'job' then
      fields[i] = ''
    end
    bytes = bytes + #fields[i]
  end
  for _, each in ipairs({tag, place, job[1], fields}) do
    asked[#asked + 1] = each
  end
end

local phase, cursor = string.match(ARGV[3], '^(%d) (%d+)$')
phase, cursor = tonumber(phase or 1), cursor or '0'
local scanned = 0
repeat
  -- Few at once: a page of large jobs must not be too large for one answer.
  local page = phase == 1 and redis.call('HSCAN', delayed_jobs, cursor, 'COUNT', 10)
    or phase == 2 and redis.call('ZSCAN', delayed, cursor, 'COUNT', 10)
    or phase == 3 and redis.call('ZSCAN', order, cursor, 'COUNT', 10)
    or redis.call('HSCAN', jobs, cursor, 'COUNT', 10)
  cursor = page[1]
  for i = 1, #page[2], 2 do
    local name = page[2][i]
    if phase == 1 then
      back = back + redis.call('ZADD', delayed, string.match(name, '^%d+'), name)
    elseif phase == 2 and redis.call('HEXISTS', delayed_jobs, name) == 0 then
      lost = lost + redis.call('ZREM', delayed, name)
    elseif phase == 3 then
      ask(string.sub(name, 1, 40), string.sub(name, 41), redis.call('HGET', jobs, string.sub(name, 41)))
    elseif phase == 4 then
      ask('', name, page[2][i + 1])
    end
  end
  scanned = scanned + 10
until cursor == '0' or scanned >= 200 or bytes > 1048576
if cursor == '0' then
  phase = phase + 1
end
return {'mended', phase > 4 and '0' or phase .. ' ' .. cursor, back, lost, asked}
