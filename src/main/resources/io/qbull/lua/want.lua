-- Requests a hand-over of a lease from its owner, unless another request is on record, and announces that.
--
-- KEYS 1: lease
-- ARGV 3: requesting owner (pod and nonce), channel, message
-- Returns: {'asked'}, also for a repeat, or {'refused'}: the lease is free, expired, its own, or requested by another pod; nothing
--   was changed
-- Epoch: none; a request changes no ownership.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'expires', 'wanted')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted = lease[3] or ''
-- An expiry that lies too far ahead because the clock went back is no reason to cut it here: the lease has not expired either way.
if not lease[1] or lease[1] == ARGV[1] or tonumber(lease[2]) <= now or (wanted ~= '' and wanted ~= ARGV[1]) then
  return {'refused'}
end
redis.call('PERSIST', KEYS[1])
redis.call('HSET', KEYS[1], 'wanted', ARGV[1])
-- Last, and its failure is ignored, because the announcement is only a hint.
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return {'asked'}
