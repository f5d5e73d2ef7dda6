-- Deletes dead letters. If a person asked for it, also forgets the ids of their jobs, so that jobs with these ids can be added again.
-- If a limit caused it, the ids stay known until they expire. Works when Redis is full.
--
-- KEYS 2: dead, seen
-- ARGV 2n: for each dead letter its stream id, then the id of its job, or empty to forget nothing
-- Returns: {'done', {the stream ids of those that were deleted}}; the others were gone
-- Epoch: none; a dead letter belongs to no owner.
-- Fails here, before the first change, if that key has another type or the right is missing.
redis.call('ZREM', KEYS[2], '')
local removed = {}
for i = 1, #ARGV, 2 do
  if redis.call('XDEL', KEYS[1], ARGV[i]) == 1 then
    removed[#removed + 1] = ARGV[i]
    redis.call('ZREM', KEYS[2], ARGV[i + 1])
  end
end
return {'done', removed}
