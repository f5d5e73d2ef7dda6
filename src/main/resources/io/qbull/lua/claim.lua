-- Tells a new owner of another partition which entries came from there last by 'reroute'. From then on, what earlier owners of it send is
-- refused. What an owner that has died did not delete there is among these entries. Keeps nothing where nothing came and nothing can
-- come, because the partition is not open: those that retired would never be rid of it. Works when Redis is full.
--
-- KEYS 3: lease, seal, rerouted
-- ARGV 3: the other partition, epoch of its owner, '1' to keep something in any case, else '0'
-- Returns: {'claimed', stream ids separated by blanks}
--          {'stale'}: a later owner has claimed or sent something; nothing was changed
-- Epoch: that of the other partition, which lies in another slot: the highest that came is kept, and lower ones are refused.
local epoch, ids = string.match(redis.call('HGET', KEYS[3], ARGV[1]) or '', '^(%d+) %d+ ?(.*)$')
local open = string.match(redis.call('GET', KEYS[2]) or '', '^%d+ open$')
if epoch == ARGV[2] or not (epoch or open or ARGV[3] == '1') then
  return {'claimed', ids or ''}
elseif tonumber(epoch or '0') > tonumber(ARGV[2]) then
  return {'stale'}
end
redis.call('PERSIST', KEYS[1])
-- It has an end if the partition was retired.
redis.call('PERSIST', KEYS[3])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ' 0 ' .. (ids or ''))
return {'claimed', ids or ''}
