-- Notes by which layout dead letters leave a partition from now on. What has been sent by an earlier one, and not deleted, is by now. When
-- Redis is full nothing is done, because Redis refuses the write.
--
-- KEYS 1: letters
-- ARGV 2: the partition itself, layout version
-- Returns: {'done'}; a later version stays on record
-- Epoch: none; the version only grows.
local before = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^%d+$')
if tonumber(before or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return {'done'}
