-- Moves delayed jobs that are due to the end of the stream, ordered by due time. Bounded by count and bytes. If jobs and times do not
-- agree because one of the keys was lost, the lease counts as ended: the take-over that follows ties them together again.
--
-- KEYS 5: lease, stream, delayed, delayed jobs, delayed ids
-- ARGV 4: owner, epoch, most jobs, most bytes
-- Returns: {'promoted', how many, ms until the next one is due (-1 = there is none)}
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, delayed, jobs, ids = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
redis.call('XLEN', stream)
redis.call('ZRANGE', delayed, 0, 0)
if redis.call('HLEN', jobs) ~= redis.call('ZCARD', delayed) then
  return {'fenced'}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[3])
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right does not leave a job in both places.
redis.call('ZREM', delayed, '')
redis.call('HDEL', jobs, '')
redis.call('ZREM', ids, '')
local promoted, bytes = 0, 0
for _, member in ipairs(due) do
  local packed = redis.call('HGET', jobs, member)
  if promoted > 0 and bytes + #packed > tonumber(ARGV[4]) then
    break
  end
  local job = cmsgpack.unpack(packed)
  redis.call('XADD', stream, '*', unpack(job[2]))
  redis.call('ZREM', delayed, member)
  redis.call('HDEL', jobs, member)
  redis.call('ZREM', ids, job[1] .. '\0' .. member)
  promoted, bytes = promoted + 1, bytes + #packed
end
local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
return {'promoted', promoted, first[1] and math.max(0, tonumber(first[2]) - now) or -1}
