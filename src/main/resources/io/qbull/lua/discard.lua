-- Removes dead letters for good. Where a person asked for it, it forgets their jobs' ids, so that jobs with these ids are added
-- again; where only a limit did, the ids stay known until they expire. Works when Redis is full.
--
-- KEYS 2: dead, seen
-- ARGV 2n: for each its stream id, its job's id or empty (nothing is forgotten)
-- Returns: {'done', removed}; the others were gone
-- Epoch: none; a dead letter belongs to no owner.
-- Fails here, before the first write, if that key is of a foreign type.
redis.call('ZSCORE', KEYS[2], '')
local removed = 0
for i = 1, #ARGV, 2 do
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    removed = removed + 1
    redis.call('ZREM', KEYS[2], ARGV[i + 1])
  end
end
return {'done', removed}
