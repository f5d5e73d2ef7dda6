-- Forgets segments that are empty and get nothing any more because their version has started. Works when Redis is full.
--
-- KEYS 3 + n: lease, started, staged, then the stream of each segment
-- ARGV 2 + n: owner, epoch, then the name of each segment ('version:partition')
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local newest = tonumber(string.match(redis.call('GET', KEYS[2]) or '', '^%d+$')) or 0
redis.call('HLEN', KEYS[3])
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', KEYS[3], '')
for i = 3, #ARGV do
  local stream, segment = KEYS[i + 1], ARGV[i]
  if tonumber(string.match(segment, '^%d+')) <= newest and redis.call('XLEN', stream) == 0 then
    redis.call('DEL', stream)
    redis.call('HDEL', KEYS[3], segment)
  end
end
return {'done'}
