-- Ends a lease and announces that. The owner stays on record, so that its late commands are recognized.
--
-- KEYS 1: lease
-- ARGV 5: owner, epoch, suspect window of the next owner (0 = no suspects), channel, message
-- Returns: {'done'}, also for a repeat, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] then
  return {'fenced'}
end
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], 'expires', '0', 'inflight', '0', 'window', ARGV[3])
-- Last, and its failure is ignored, because the announcement is only a hint.
redis.pcall('PUBLISH', ARGV[4], ARGV[5])
return {'done'}
