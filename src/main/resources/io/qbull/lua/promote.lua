-- Moves delayed jobs that are due to the end of the stream, ordered by due time. Bounded by count and bytes. If jobs and times do not
-- agree because one of the keys was lost, the lease counts as ended: the take-over that follows ties them together again. While the
-- partition is sealed or open for a layout version that has not started, nothing is moved: a job could overtake those of its key that
-- leave, or are on their way.
--
-- KEYS 7: lease, stream, delayed, delayed jobs, delayed ids, seal, started
-- ARGV 4: owner, epoch, most jobs, most bytes
-- Returns: {'promoted', how many, ms until the next one is due (-1 = there is none, or it must wait for the start)}
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
local sealed = tonumber(string.match(redis.call('GET', KEYS[6]) or '', '^(%d+) %a+$')) or 0
local started = tonumber(string.match(redis.call('GET', KEYS[7]) or '', '^%d+$')) or 1
if sealed > started then
  return {'promoted', 0, -1}
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
