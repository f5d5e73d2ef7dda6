-- Tells a new owner of another partition which entries came from there last by 'reroute'. From then on, what earlier owners of it send is
-- refused. What an owner that has died did not delete there is among these entries. Works when Redis is full.
--
-- KEYS 2: lease, rerouted
-- ARGV 2: the other partition, epoch of its owner
-- Returns: {'claimed', stream ids separated by blanks}
--          {'stale'}: a later owner has claimed or sent something; nothing was changed
-- Epoch: that of the other partition, which lies in another slot: the highest that came is kept, and lower ones are refused.
local epoch, ids = string.match(redis.call('HGET', KEYS[2], ARGV[1]) or '', '^(%d+) %d+ ?(.*)$')
if epoch == ARGV[2] then
  return {'claimed', ids}
elseif tonumber(epoch or '0') > tonumber(ARGV[2]) then
  return {'stale'}
end
redis.call('PERSIST', KEYS[1])
-- It has an end if the partition was retired.
redis.call('PERSIST', KEYS[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' 0 ' .. (ids or ''))
return {'claimed', ids or ''}
