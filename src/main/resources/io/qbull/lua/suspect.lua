-- Records the start of a job that may have crashed its process before. The recorded number never decreases.
--
-- KEYS 4: lease, stream, held jobs, attempts
-- ARGV 5: owner, epoch, stream id, place among the held jobs (empty if it is in the stream), crashes, this start included
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local id = ARGV[4] == '' and ARGV[3] or ARGV[4]
local there
if ARGV[4] == '' then
  there = #redis.call('XRANGE', KEYS[2], id, id)
else
  there = redis.call('HEXISTS', KEYS[3], id)
end
local failed, crashed = string.match(redis.call('HGET', KEYS[4], id) or '0 0', '^(%d+) (%d+)$')
if there == 1 and tonumber(ARGV[5]) > tonumber(crashed) then
  redis.call('PERSIST', KEYS[1])
  redis.call('HSET', KEYS[4], id, failed .. ' ' .. ARGV[5])
end
return {'done'}
