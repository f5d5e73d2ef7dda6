-- Lets a partition take jobs by a layout, and run them. Puts back a seal or a started version that was lost; a text that is neither
-- counts as lost. Changes nothing that is opened or sealed for this version or a later one.
--
-- KEYS 2: seal, started
-- ARGV 1: layout version
-- Returns: {'done', '1' if the partition took or ran no jobs by this version, else '0'}
-- Epoch: none; never lowers the version.
-- These fail here, before the first write, if one of the keys has another type.
local seal, started = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
local sealed = seal and string.match(seal, '^(%d+) %a+$')
local opens = not sealed or tonumber(sealed) < tonumber(ARGV[1])
-- Only what is missing: when the jobs of a later version may run is not known here.
local starts = not (started and string.match(started, '^%d+$'))
if opens then
  redis.call('SET', KEYS[1], ARGV[1] .. ' open')
end
if starts then
  redis.call('SET', KEYS[2], '1')
end
return {'done', (opens or starts) and '1' or '0'}
