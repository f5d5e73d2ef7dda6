-- First step of creating a queue: records the intended number of partitions. The first intent wins.
--
-- KEYS 1: layout
-- ARGV 1: partitions
-- Returns: {'current', version, partitions}: the queue exists; nothing was changed
--          {'intent', version, partitions}: the intent on record, this one or an earlier one
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions')
if layout[1] then
  return {'current', layout[1], layout[2]}
end
if layout[3] then
  return {'intent', layout[3], layout[4]}
end
redis.call('HSET', KEYS[1], 'next_version', '1', 'next_partitions', ARGV[1])
return {'intent', '1', ARGV[1]}
