-- Last step of creating a queue: turns the intent into the layout.
--
-- KEYS 1: layout
-- ARGV 2: version, partitions
-- Returns: {'current', version, partitions}: the layout, made by this call or before
--          {'absent'}: there is neither this intent nor a layout; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions')
if layout[1] then
  return {'current', layout[1], layout[2]}
end
if layout[3] ~= ARGV[1] or layout[4] ~= ARGV[2] then
  return {'absent'}
end
-- Tried before the first change, so that a missing right leaves nothing half done. A full Redis refuses the first.
redis.call('HSET', KEYS[1], 'next_version', layout[3])
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'partitions', ARGV[2])
redis.call('HDEL', KEYS[1], 'next_version', 'next_partitions')
return {'current', ARGV[1], ARGV[2]}
