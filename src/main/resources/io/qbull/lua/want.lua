-- Asks the owner of a lease for a hand-over, if nobody else does, and announces it.
--
-- KEYS 1: lease
-- ARGV 3: by (pod and nonce of the asker), channel, message
-- Returns: {'asked'} (also for a repeat), or {'refused'} where nothing was changed: free, expired, own, or wanted by another
-- Epoch: none; a wish changes no ownership.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'expires', 'wanted')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted = lease[3] or ''
if not lease[1] or lease[1] == ARGV[1] or tonumber(lease[2]) <= now or (wanted ~= '' and wanted ~= ARGV[1]) then
  return {'refused'}
end
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], 'wanted', ARGV[1])
-- Last, and its failure is no failure: the announcement is a hint.
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return {'asked'}
