-- Makes the pod that requests a lease its owner, under a higher epoch, and announces that. A repeat finds another owner.
--
-- KEYS 1: lease
-- ARGV 7: owner, epoch, to, ttl (ms) for the first renewal by 'to', suspect window of 'to' (0 = no suspects), channel, message
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, the lease not released and still wanted by 'to'; raises the epoch.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires', 'wanted')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' or lease[4] ~= ARGV[3] then
  return {'fenced'}
end
local time = redis.call('TIME')
local expires = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[4]))
local epoch = string.format('%.0f', math.max(tonumber(lease[2]) + 1, time[1] * 1000000 + time[2]))
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'epoch', epoch, 'expires', expires, 'ttl', ARGV[4], 'wanted', '', 'window',
  ARGV[5], 'inflight', '0')
-- Last, and its failure is ignored, because the announcement is only a hint.
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return {'done'}
