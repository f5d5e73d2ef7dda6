-- First step of creating a queue: records the intended number of partitions and how keys are hashed. The first intent wins.
--
-- KEYS 1: layout
-- ARGV 2: partitions, key hash
-- Returns: {'current', version, partitions, key hash (empty in a layout that was made before it was recorded)}: the queue exists;
--            nothing was changed
--          {'intent', version, partitions, key hash}: the intent on record, this one or an earlier one
--          {'deleting'}: the queue is being deleted; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions', 'key_hash', 'deleting')
if layout[6] then
  return {'deleting'}
end
if layout[1] then
  return {'current', layout[1], layout[2], layout[5] or ''}
end
if not layout[3] then
  layout[3], layout[4] = '1', ARGV[1]
  redis.call('HSET', KEYS[1], 'next_version', layout[3], 'next_partitions', layout[4])
end
if not layout[5] then
  redis.call('HSET', KEYS[1], 'key_hash', ARGV[2])
end
return {'intent', layout[3], layout[4], layout[5] or ARGV[2]}
