-- Adds entries to the partition of their keys that another program has added to another one, for the owner of that one. Keeps their ids,
-- so that the next owner deletes them there if this one dies before it has done so. Works when Redis is full, because they leave the
-- other partition.
--
-- KEYS 4: lease, seal, stream, rerouted
-- ARGV 4 + n: layout version, the other partition, epoch of its owner, number of the call, then for each entry its stream id there, the
--   number of its fields and values, these
-- Returns: {'done'}: they are there, by this call or by an earlier attempt
--          {'layout'}: the partition takes no jobs for that version; {'stale'}: a later owner has claimed or sent something;
--          {'unclaimed'}: an earlier owner has sent something, 'claim' says what; nothing was changed
-- Epoch: that of the other partition, which lies in another slot: it must be the one that is kept here, if there is any.
local record = redis.call('HGET', KEYS[4], ARGV[2]) or ''
local epoch, number = string.match(record, '^(%d+) (%d+)')
if epoch and epoch ~= ARGV[3] then
  return {tonumber(epoch) > tonumber(ARGV[3]) and 'stale' or 'unclaimed'}
elseif epoch and tonumber(number) >= tonumber(ARGV[4]) then
  return {'done'}
elseif redis.call('GET', KEYS[2]) ~= ARGV[1] .. ' open' then
  return {'layout'}
end
redis.call('PERSIST', KEYS[1])
-- It has an end if the partition was retired.
redis.call('PERSIST', KEYS[4])
-- Tried before the first entry is added, because a repeat would add it again. Adds nothing, because no entry may have this id. Any other
-- error is raised.
if not string.find(redis.pcall('XADD', KEYS[3], '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', KEYS[3], '0-0', '', '')
end
redis.call('HSET', KEYS[4], ARGV[2], record)
local at, ids = 5, {}
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  redis.call('XADD', KEYS[3], '*', unpack(ARGV, at + 2, at + 1 + count))
  ids[#ids + 1] = ARGV[at]
  at = at + 2 + count
end
redis.call('HSET', KEYS[4], ARGV[2], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. table.concat(ids, ' '))
return {'done'}
