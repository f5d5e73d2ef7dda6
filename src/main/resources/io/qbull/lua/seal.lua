-- Closes a partition to jobs of the layout before a resize. Behind the marker that this adds to its stream stand the jobs of the new
-- layout only. Does nothing if the partition is sealed or open for this version or a later one. Works when Redis is full.
--
-- KEYS 3: lease, stream, seal
-- ARGV 2: layout version, marker (version, partitions before and afterwards, separated by blanks)
-- Returns: {'done'}
-- Epoch: none; the seal never goes back.
local sealed = string.match(redis.call('GET', KEYS[3]) or '', '^(%d+) %a+$')
-- Fails here, before the first write, if that key has another type.
redis.call('XLEN', KEYS[2])
if sealed and tonumber(sealed) >= tonumber(ARGV[1]) then
  return {'done'}
end
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done. Adds nothing, because no entry may have this id. Any
-- other error is raised.
if not string.find(redis.pcall('XADD', KEYS[2], '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', KEYS[2], '0-0', '', '')
end
redis.call('SET', KEYS[3], redis.call('GET', KEYS[3]) or '', 'XX')
redis.call('XADD', KEYS[2], '*', '@marker', ARGV[2])
redis.call('SET', KEYS[3], ARGV[1] .. ' closed')
return {'done'}
