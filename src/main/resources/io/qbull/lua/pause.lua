-- Pauses something in a queue, in place of an earlier pause of the same, and announces that. Forgets pauses that have ended.
--
-- KEYS 1: layout
-- ARGV 7: field, how long (ms, empty = not given), until when (ms since 1970, empty = not given), who and why (JSON), most paused keys,
--   channel, message
-- Returns: {'done'}
--          {'absent'}: there is no such queue
--          {'partition'}: the queue has no such partition
--          {'many'}: so many keys are paused that this one is not
--          {'nothing'}: the end lies in the past
-- Epoch: none; owners read it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local till = ARGV[2] ~= '' and now + ARGV[2] or ARGV[3] ~= '' and tonumber(ARGV[3]) or 0
local count = redis.call('HGET', KEYS[1], 'partitions')
local partition = string.match(ARGV[1], '^paused:p:(%d+)$')
if not count then
  return {'absent'}
elseif partition and tonumber(partition) >= tonumber(count) then
  return {'partition'}
elseif till ~= 0 and till <= now then
  return {'nothing'}
end
local fields = redis.call('HGETALL', KEYS[1])
local ended, keys = {}, 0
for i = 1, #fields, 2 do
  local ends = string.match(fields[i], '^paused') and string.match(fields[i + 1], '^%d+ (%d+) ')
  if ends and ends ~= '0' and tonumber(ends) <= now then
    ended[#ended + 1] = fields[i]
  elseif string.match(fields[i], '^paused:k:') and fields[i] ~= ARGV[1] then
    keys = keys + 1
  end
end
if string.match(ARGV[1], '^paused:k:') and keys >= tonumber(ARGV[5]) then
  return {'many'}
end
-- Must work when Redis is full, too.
redis.call('PERSIST', KEYS[1])
local version = string.format('%.0f', (tonumber(redis.call('HGET', KEYS[1], 'pauses') or '0') or 0) + 1)
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %.0f ', now, till) .. ARGV[4], 'pauses', version)
for _, field in ipairs(ended) do
  if field ~= ARGV[1] then
    redis.call('HDEL', KEYS[1], field)
  end
end
-- Last, and its failure is ignored, because the announcement is only a hint.
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return {'done'}
