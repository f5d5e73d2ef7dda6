-- Marks a queue that is about to be deleted: from then on nobody creates it, or puts its layout back, before that is done. Only a queue
-- that is drained is marked. Or takes the mark away.
--
-- KEYS 1: layout
-- ARGV 1: 1 = mark it, 0 = take the mark away
-- Returns: {'done'}
--          {'absent'}: there is no such queue
--          {'open'}: it takes new jobs; nothing was changed
-- Epoch: none.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local layout = redis.call('HMGET', KEYS[1], 'partitions', 'deleting', 'paused:new')
local till = string.match(layout[3] or '', '^%d+ (%d+) ')
if not layout[1] then
  return {'absent'}
elseif ARGV[1] == '1' and not layout[2] and (not till or till ~= '0' and tonumber(till) <= now) then
  return {'open'}
end
-- Must work when Redis is full, too.
redis.call('PERSIST', KEYS[1])
if ARGV[1] == '1' then
  redis.call('HSET', KEYS[1], 'deleting', '1')
else
  redis.call('HDEL', KEYS[1], 'deleting')
end
return {'done'}
