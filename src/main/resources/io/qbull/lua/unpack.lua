-- Puts jobs of a segment among the held ones that were held when they moved here.
-- Each gets the place that it has had, with its attempts, and its key stands as it did. Skips those that have left the segment. Works when Redis is full.
--
-- KEYS 5: lease, segment, held, held jobs, attempts
-- ARGV 2 + 2n: owner, epoch, then name of the entry and key of each job, in the order of the segment
-- Returns: {'unpacked', {key, ms until its first job may run (-1 = until a person asks), ...}} of those keys that are held
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local segment, held, jobs, attempts = unpack(KEYS, 2)
local time = redis.call('TIME')
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
redis.call('XRANGE', segment, '-', '+', 'COUNT', 1)
redis.call('ZCARD', jobs)
redis.call('HLEN', held)
redis.call('HLEN', attempts)
redis.call('PERSIST', KEYS[1])
redis.call('ZADD', jobs, 'XX', 0, '')
redis.call('HSETNX', KEYS[1], 'owner', '')
redis.call('HSET', KEYS[1], 'epoch', lease[2])
redis.call('XDEL', segment, '0-0')
redis.call('HDEL', attempts, '')
for i = 3, #ARGV, 2 do
  local name, key, id = ARGV[i], ARGV[i + 1], id_in_stream(ARGV[i])
  local found = redis.call('XRANGE', segment, id, id)[1]
  local place = found and added(found[2], '@place')
  if place then
    local counted = redis.call('HGET', attempts, name) or added(found[2], '@at')
    redis.call('HSETNX', held, key, added(found[2], '@held') or '0 0 0 ')
    redis.call('ZADD', jobs, 0, line_of(tag_of(key), place) .. packed(held_form(found[2], place)))
    if counted then
      redis.call('HSET', attempts, place, counted)
    end
    redis.call('XDEL', segment, id)
    redis.call('HDEL', attempts, name)
  end
end

local now = time[1] * 1000 + math.floor(time[2] / 1000)
local keys, told = {}, {}
for i = 4, #ARGV, 2 do
  local key = ARGV[i]
  local due, failed_at = string.match(redis.call('HGET', held, key) or '', '^(%-?%d+) %d+ (%d+)')
  if due and not told[key] then
    told[key] = true
    keys[#keys + 1] = key
    -- A failure in the future was before the clock went back: the pause is not longer for that.
    keys[#keys + 1] = due == '-1' and -1 or math.max(0, tonumber(due) - math.max(now, tonumber(failed_at)))
  end
end
return {'unpacked', keys}
