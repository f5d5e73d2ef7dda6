-- Deletes a finished job from the held jobs of its key, if it is still there, and reads the next one. A key without held jobs is no
-- longer held. If jobs and places do not agree because one of the keys was lost, the lease counts as ended: the take-over that follows
-- ties them together again.
--
-- KEYS 5: lease, held, held order, held jobs, attempts
-- ARGV 4: owner, epoch, key, place of the finished job (empty = only read)
-- Returns: {'next', place, stream id, fields and values, 'failed crashed doubled change'}, {'free'}; after a failure the first number is
--            three: 'failed:counted:age of the first failure (ms)'
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, order, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tag, time = redis.sha1hex(ARGV[3]), redis.call('TIME')
local finished = tag .. ARGV[4]
redis.call('HLEN', held)
if redis.call('HLEN', jobs) ~= redis.call('ZCARD', order) then
  return {'fenced'}
end
local there = ARGV[4] ~= '' and redis.call('ZSCORE', order, finished)
local first
for _, member in ipairs(redis.call('ZRANGEBYLEX', order, '[' .. tag, '(' .. tag .. ';', 'LIMIT', 0, 2)) do
  first = first or member ~= finished and member
end
local place = first and string.sub(first, 41)
local job = place and cmsgpack.unpack(redis.call('HGET', jobs, place))
local counts = place and redis.call('HGET', attempts, place) or '0 0 0 0'

redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', jobs, '')
redis.call('HDEL', attempts, '')
redis.call('ZREM', order, '')
if there then
  if first then
    redis.call('HSET', held, ARGV[3], '0 0 0 ')
  end
  redis.call('ZREM', order, finished)
  redis.call('HDEL', jobs, ARGV[4])
  redis.call('HDEL', attempts, ARGV[4])
end
if not first then
  redis.call('HDEL', held, ARGV[3])
  return {'free'}
end
local runs, since, rest = string.match(counts, '^(%d+:%d+:)(%d+)(.*)$')
if runs then
  local age = math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(since))
  counts = runs .. string.format('%.0f', age) .. rest
end
return {'next', place, job[1], job[2], counts}
