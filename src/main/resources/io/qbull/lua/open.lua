-- Lets a partition take jobs by a layout. Puts back a seal or a started version that was lost; a text that is neither counts as lost.
-- Changes nothing that is open for this version, or sealed or open for a later one; nor where a later one runs, for a seal that was lost
-- says no more that it was there. Works when Redis is full.
--
-- KEYS 4: lease, seal, started, stream
-- ARGV 3: layout version, marker as in 'seal' if the partition is new in that layout: it comes first, and the jobs behind it do not run
--   before the version starts; else empty; the version whose jobs run if that was lost
-- Returns: {'done', '1' if the partition took or ran no jobs by this version, else '0', the seal that was there, empty if none was}
-- Epoch: none; never lowers the version.
-- These fail here, before the first write, if one of the keys has another type.
local seal, started = redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])
redis.call('XLEN', KEYS[4])
local version, marker = tonumber(ARGV[1]), ARGV[2]
local sealed, state = string.match(seal or '', '^(%d+) (%a+)$')
local running = tonumber(string.match(started or '', '^%d+$')) or 0
local later = not sealed or tonumber(sealed) < version or tonumber(sealed) == version and state == 'closed'
local opens = later and running <= version
-- Only what is missing: when the jobs of a later version may run is not known here.
local starts = marker == '' and not (started and string.match(started, '^%d+$'))
redis.call('PERSIST', KEYS[1])
if opens and marker ~= '' then
  -- Tried before the marker is added, because a repeat would add it again.
  redis.call('SET', KEYS[2], seal or '', 'XX')
  redis.call('XADD', KEYS[4], '*', '@marker', marker)
end
if opens then
  redis.call('SET', KEYS[2], version .. ' open')
end
if starts then
  redis.call('SET', KEYS[3], ARGV[3])
end
return {'done', (opens or starts) and '1' or '0', seal or ''}
