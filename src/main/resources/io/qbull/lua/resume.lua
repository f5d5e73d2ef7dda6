-- Ends pauses of a queue and announces that.
--
-- KEYS 1: layout
-- ARGV 2 + n: channel, message, then the fields of the pauses
-- Returns: {'done'}
--          {'absent'}: there is no such queue
--          {'nothing'}: none of these was paused
-- Epoch: none; owners read it.
if redis.call('HEXISTS', KEYS[1], 'version') == 0 then
  return {'absent'}
end
local paused = {}
for i = 3, #ARGV do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    paused[#paused + 1] = ARGV[i]
  end
end
if #paused == 0 then
  return {'nothing'}
end
-- Must work when Redis is full, too.
redis.call('PERSIST', KEYS[1])
local version = string.format('%.0f', (tonumber(redis.call('HGET', KEYS[1], 'pauses') or '0') or 0) + 1)
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], 'pauses', version)
for _, field in ipairs(paused) do
  redis.call('HDEL', KEYS[1], field)
end
-- Last, and its failure is ignored, because the announcement is only a hint.
redis.pcall('PUBLISH', ARGV[1], ARGV[2])
return {'done'}
