-- Deletes the entries of finished jobs from one stream of the log. Entries that are already gone are not an error.
--
-- KEYS 3: lease, stream, attempts
-- ARGV 2 + n: owner, epoch, then names of entries, 1 to 1000
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local attempted = redis.call('EXISTS', KEYS[3]) == 1
redis.call('PERSIST', KEYS[1])
if attempted then
  -- Fails here, before the first change, if that key has another type or the right is missing.
  redis.call('HDEL', KEYS[3], '')
end
local ids = {unpack(ARGV, 3)}
if in_segment(ids[1]) then
  for i, name in ipairs(ids) do
    ids[i] = id_in_stream(name)
  end
end
redis.call('XDEL', KEYS[2], unpack(ids))
if attempted then
  redis.call('HDEL', KEYS[3], unpack(ARGV, 3))
end
return {'done'}
