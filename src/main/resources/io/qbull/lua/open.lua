-- Lets a partition of a new queue take and run jobs. Changes nothing that is opened or sealed for this version or a later one.
--
-- KEYS 2: seal, started
-- ARGV 1: layout version
-- Returns: {'done'}
-- Epoch: none; never lowers the version.
local version = tonumber(ARGV[1])
local seal, started = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
-- Compares both before the first write: a text that is not a version fails here.
local opens = not seal or tonumber(string.match(seal, '^%d+')) < version
local starts = not started or tonumber(started) < version
if opens then
  redis.call('SET', KEYS[1], ARGV[1] .. ' open')
end
if starts then
  redis.call('SET', KEYS[2], ARGV[1])
end
return {'done'}
