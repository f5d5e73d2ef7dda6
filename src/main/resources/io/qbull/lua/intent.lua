-- First step of creating a queue: records the intended layout and how keys are hashed. The first intent wins; but one of a higher version
-- replaces one of a lower version, by a process that did not know that there had been more of them.
--
-- KEYS 1: layout
-- ARGV 4: version, partitions, key hash, '1' to record it, '0' to read only
-- Returns: {'current', version, partitions, key hash (empty in a layout that was made before it was recorded), version of the resize under
--            way (empty if there is none)}: the queue exists; nothing was changed
--          {'intent', version, partitions, key hash}: the intent on record, this one or an earlier one
--          {'absent'}: there is no layout, and nothing was to be recorded
--          {'deleting'}: the queue is being deleted; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions', 'key_hash', 'deleting')
if layout[6] then
  return {'deleting'}
end
if layout[1] then
  -- What a process left that did not know a lost layout is no resize.
  local resize = layout[3] and tonumber(layout[3]) > tonumber(layout[1]) and layout[3]
  return {'current', layout[1], layout[2], layout[5] or '', resize or ''}
end
if ARGV[4] ~= '1' then
  return {'absent'}
end
if not layout[3] or tonumber(layout[3]) < tonumber(ARGV[1]) then
  layout[3], layout[4] = ARGV[1], ARGV[2]
  redis.call('HSET', KEYS[1], 'next_version', layout[3], 'next_partitions', layout[4])
end
if not layout[5] then
  redis.call('HSET', KEYS[1], 'key_hash', ARGV[3])
end
return {'intent', layout[3], layout[4], layout[5] or ARGV[3]}
