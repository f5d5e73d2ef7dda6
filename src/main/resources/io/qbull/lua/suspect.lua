-- Records the crashes of a job that may have crashed its process before. Does so only if this change is numbered higher than the last
-- recorded one, so that a late call undoes nothing.
--
-- KEYS 4: lease, stream, held jobs, attempts
-- ARGV 8: owner, epoch, name of the entry, place among the held jobs (empty if it is in the stream), key, crashes, doublings of its patience,
--   number of this change
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local name = ARGV[4] == '' and ARGV[3] or ARGV[4]
local there, moved
if ARGV[4] == '' then
  local id = id_in_stream(name)
  local found = redis.call('XRANGE', KEYS[2], id, id)
  there, moved = #found, found[1] and in_segment(name) and added(found[1][2], '@at')
else
  local line = line_of(tag_of(ARGV[5]), name)
  there = redis.call('ZLEXCOUNT', KEYS[3], '[' .. line, '(' .. line .. '\255')
end
local known = redis.call('HGET', KEYS[4], name) or moved or '0 0 0 0'
local failed, change = string.match(known, '^(%S+) %d+ %d+ (%d+)$')
if there == 1 and tonumber(ARGV[8]) > tonumber(change) then
  redis.call('PERSIST', KEYS[1])
  redis.call('HSET', KEYS[4], name, failed .. ' ' .. ARGV[6] .. ' ' .. ARGV[7] .. ' ' .. ARGV[8])
end
return {'done'}
