-- Lets the jobs behind a partition's marker run. The caller has read that nothing leaves any more, for this version, from any partition
-- whose jobs come here; that never changes back. A note in the inbox wakes the owner. Works when Redis is full.
--
-- KEYS 4: lease, seal, started, inbox
-- ARGV 1: layout version
-- Returns: {'done'}; {'other'}: the partition takes no jobs for this version
-- Epoch: none; the started version only grows.
local version = tonumber(ARGV[1])
local started = tonumber(string.match(redis.call('GET', KEYS[3]) or '', '^%d+$')) or 0
if started >= version then
  return {'done'}
elseif redis.call('GET', KEYS[2]) ~= ARGV[1] .. ' open' then
  return {'other'}
end
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done. Adds nothing, because no entry may have this id. Any
-- other error is raised.
if not string.find(redis.pcall('XADD', KEYS[4], '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', KEYS[4], '0-0', '', '')
end
redis.call('SET', KEYS[3], ARGV[1])
redis.call('XADD', KEYS[4], '*', 'verb', 'started', 'key', '')
return {'done'}
