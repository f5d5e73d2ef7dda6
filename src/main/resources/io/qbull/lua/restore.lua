-- Puts back the layout of a queue, with the earlier ones and the resize under way, as a process has read it before it was lost. The caller
-- has read that a partition has taken jobs by it. Changes nothing if a layout of that version or a later one is there, unless that is the
-- same one without the resize. Works when Redis is full.
--
-- KEYS 1: layout
-- ARGV 3 + 2n: version, partitions, version of the resize under way (empty if there is none), then each field and its value
-- Returns: {'current', version, partitions, '1' if this call has put it back, else '0'}
--          {'deleting'}: the queue is being deleted; nothing was changed
-- Epoch: none; compare-and-set on the layout.
local layout = redis.call('HMGET', KEYS[1], 'version', 'partitions', 'next_version', 'deleting')
if layout[4] then
  return {'deleting'}
end
local there, lost = tonumber(layout[1] or '0'), tonumber(ARGV[1])
local same = layout[1] == ARGV[1] and layout[2] == ARGV[2]
if there > lost or there == lost and not (same and not layout[3] and ARGV[3] ~= '') then
  return {'current', layout[1], layout[2], '0'}
end
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], 'next_version', 'next_partitions')
end
return {'current', ARGV[1], ARGV[2], '1'}
