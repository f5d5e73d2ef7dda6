-- Moves an entry to the dead-letter stream, if it is still there: its fields, then reason, attempts, failed_at (ms), epoch.
-- An entry with more fields than one command may carry is kept as the single field 'fields', a MessagePack array of names
-- and values.
--
-- KEYS 4: lease, stream, dead, attempts
-- ARGV 5: owner, epoch, stream id, reason, attempts
-- Returns: {'done'} or {'fenced'}, where nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released; the epoch is recorded in the dead letter.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local found = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3])
local attempted = redis.call('EXISTS', KEYS[4]) == 1
if attempted then
  -- Fails here, before the first write, if that key is of a foreign type.
  redis.call('HGET', KEYS[4], ARGV[3])
end
if #found == 0 then
  return {'done'}
end
local time = redis.call('TIME')
local failed_at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local fields = found[1][2]
if #fields > 6000 then
  fields = {'fields', cmsgpack.pack(fields)}
end
for _, text in ipairs({'reason', ARGV[4], 'attempts', ARGV[5], 'failed_at', failed_at, 'epoch', ARGV[2]}) do
  fields[#fields + 1] = text
end
redis.call('PERSIST', KEYS[1])
redis.call('XADD', KEYS[3], '*', unpack(fields))
redis.call('XDEL', KEYS[2], ARGV[3])
if attempted then
  redis.call('HDEL', KEYS[4], ARGV[3])
end
return {'done'}
