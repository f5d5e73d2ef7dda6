-- Records a failed run: from now on the job is held as the first of its key, for a pause or until a person asks. Does so only if this
-- is the attempt after the last recorded one, so that a late call does no harm. Resets the crashes of the job, because the process
-- survived the run.
--
-- KEYS 7: lease, stream, held, held order, held jobs, attempts, started
-- ARGV 9: owner, epoch, partition, stream id, place among the held jobs (empty if it is in the stream), key, failed attempts,
--   pause (ms; -1 = until a person asks), reason
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, held, order, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local place = ARGV[5]
if place == '' then
  local version, ms, seq = redis.call('GET', KEYS[7]) or '0', string.match(ARGV[4], '^(%d+)%-(%d+)$')
  place = string.rep('0', 10 - #version) .. version .. ':' .. string.rep('0', 20 - #ms) .. ms .. '-'
    .. string.rep('0', 20 - #seq) .. seq .. ':' .. ARGV[3]
end
-- Reads every key before the first write, so that a key of another type leaves nothing half done.
local waiting = redis.call('HEXISTS', jobs, place) == 1
local found = waiting and {} or redis.call('XRANGE', stream, ARGV[4], ARGV[4])
local known = tonumber(string.match(redis.call('HGET', attempts, place) or '0', '^%d+'))
redis.call('HLEN', held)
redis.call('ZCARD', order)
if (not waiting and #found == 0) or tonumber(ARGV[7]) ~= known + 1 then
  return {'done'}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = ARGV[8] == '-1' and '-1' or string.format('%.0f', now + tonumber(ARGV[8]))
redis.call('PERSIST', KEYS[1])
if not waiting then
  redis.call('ZADD', order, 0, redis.sha1hex(ARGV[6]) .. place)
  redis.call('HSET', jobs, place, cmsgpack.pack({ARGV[4], found[1][2]}))
  redis.call('XDEL', stream, ARGV[4])
  redis.call('HDEL', attempts, ARGV[4])
end
redis.call('HSET', attempts, place, ARGV[7] .. ' 0')
redis.call('HSET', held, ARGV[6], due .. ' ' .. ARGV[7] .. ' ' .. string.format('%.0f', now) .. ' ' .. ARGV[9])
return {'done'}
