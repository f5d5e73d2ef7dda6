-- Last step of creating or resizing a queue: turns the intent into the layout. Of the layout that it replaces these are kept: the number
-- of partitions; the time, after which no job was added by it; and until when ids of its jobs are remembered. A full Redis does not keep up
-- a resize.
--
-- KEYS 1: layout
-- ARGV 3: version, partitions, until when ids are remembered that were added by the layout which is replaced (ms; 0 = none is)
-- Returns: {'current', version, partitions}: the layout, made by this call or before
--          {'absent'}: there is neither this intent nor a layout of this version or a later one; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions')
if layout[1] and tonumber(layout[1]) >= tonumber(ARGV[1]) then
  return {'current', layout[1], layout[2]}
end
if layout[3] ~= ARGV[1] or layout[4] ~= ARGV[2] then
  return {'absent'}
end
if layout[1] then
  redis.call('PERSIST', KEYS[1])
end
-- Tried before the first change, so that a missing right leaves nothing half done. A full Redis refuses the first of a new queue.
redis.call('HSET', KEYS[1], 'next_version', layout[3])
redis.call('HDEL', KEYS[1], '')
if layout[1] then
  local time = redis.call('TIME')
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HSET', KEYS[1], 'v' .. layout[1], layout[2] .. ' ' .. now .. ' ' .. ARGV[3])
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'partitions', ARGV[2])
redis.call('HDEL', KEYS[1], 'next_version', 'next_partitions')
return {'current', ARGV[1], ARGV[2]}
