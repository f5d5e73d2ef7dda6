-- Begins a resize: records the intended number of partitions. The caller has read that every partition of the layout has started; that
-- does not change while this layout is current, and the comparison here says that it is. When Redis is full nothing is done, because
-- Redis refuses the first write.
--
-- KEYS 1: layout
-- ARGV 3: version and partitions of the current layout, partitions afterwards
-- Returns: {'intent', version, partitions before and afterwards}: the resize on record, this one or another one
--          {'current', version, partitions}: another layout is current; nothing was changed
--          {'absent'}: there is no layout; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'next_partitions')
if not layout[1] then
  return {'absent'}
elseif layout[3] and tonumber(layout[3]) > tonumber(layout[1]) then
  return {'intent', layout[3], layout[2], layout[4]}
elseif layout[1] ~= ARGV[1] or layout[2] ~= ARGV[2] then
  return {'current', layout[1], layout[2]}
end
local version = string.format('%d', layout[1] + 1)
redis.call('HSET', KEYS[1], 'next_version', version, 'next_partitions', ARGV[3])
return {'intent', version, layout[2], ARGV[3]}
