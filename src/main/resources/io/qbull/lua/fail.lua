-- Records how often a job has failed, if its entry is still there. The number only grows, so a late call does no harm.
--
-- KEYS 3: lease, stream, attempts
-- ARGV 4: owner, epoch, stream id, failed attempts
-- Returns: {'done'} or {'fenced'}, where nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local known = tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or '0')
if #redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3]) == 1 and tonumber(ARGV[4]) > known then
  redis.call('PERSIST', KEYS[1])
  redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
end
return {'done'}
