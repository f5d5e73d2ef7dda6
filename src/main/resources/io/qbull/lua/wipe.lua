-- Deletes a partition of a queue that is being deleted, with its jobs or only if it has none. From then on it takes no jobs, since its
-- seal is gone. Does nothing while it has an owner.
--
-- KEYS n: lease, stream, held jobs, delayed, dead, staged, then its segments, then its other keys
-- ARGV 2: 1 = with its jobs, 0 = only if it has none; number of segments
-- Returns: {'wiped', number of jobs that were deleted}
--          {'owned', owner}
--          {'jobs', number of jobs}: it has some
--          {'changed'}: it has other segments
-- Epoch: none; there must be no owner.
-- Uses: held_members
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease = redis.call('HMGET', KEYS[1], 'owner', 'expires')
if (tonumber(lease[2]) or 0) > now then
  return {'owned', lease[1] or ''}
elseif redis.call('HLEN', KEYS[6]) ~= tonumber(ARGV[2]) then
  return {'changed'}
end
local jobs = redis.call('XLEN', KEYS[2]) + redis.call('ZCARD', KEYS[4]) + redis.call('XLEN', KEYS[5])
jobs = jobs + redis.call('ZCARD', KEYS[3]) + (BUNDLE - 1) * redis.call('ZLEXCOUNT', KEYS[3], '[b', '(c')
for i = 7, 6 + ARGV[2] do
  jobs = jobs + redis.call('XLEN', KEYS[i])
end
if ARGV[1] ~= '1' and jobs > 0 then
  return {'jobs', jobs}
end
-- Their memory is freed in the background, however large they are.
redis.call('UNLINK', unpack(KEYS))
return {'wiped', jobs}
