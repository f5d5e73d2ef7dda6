-- Says that nothing leaves a partition any more for a resize: its last page was empty, and its deletions were answered. What a retired
-- partition still has may run at once. Works when Redis is full.
--
-- KEYS 4: lease, seal, moved, started
-- ARGV 4: owner, epoch, layout version, '1' if the partition is retired, not of that layout, else '0'
-- Returns: {'done'}; {'other'}: the partition is not sealed for this version; {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: moving
local started = tonumber(string.match(redis.call('GET', KEYS[4]) or '', '^%d+$')) or 0
local refused = refusal(KEYS[1], KEYS[2], KEYS[3])
local moved = tonumber(string.match(redis.call('GET', KEYS[3]) or '', '^%d+$')) or 0
if refused and (refused[1] == 'fenced' or moved < tonumber(ARGV[3])) then
  return refused
end
redis.call('PERSIST', KEYS[1])
if moved < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[3], ARGV[3])
end
if ARGV[4] == '1' and started < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[4], ARGV[3])
end
return {'done'}
