-- Moves a job to the dead-letter stream, if it is still there. Adds the fields reason, exception, attempts, failed_at (ms) and
-- epoch. If it was held, the next held job of its key may run at once. An entry with more fields than one command can carry is stored
-- as the single field 'fields', a MessagePack array of names and values.
--
-- KEYS 6: lease, stream, held, held jobs, attempts, dead
-- ARGV 8: owner, epoch, name of the entry, place among the held jobs (empty if it is in the stream), key (empty if it has none), reason,
--   exception, attempts
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released; the epoch is recorded in the dead letter.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, held, jobs, attempts, dead = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local name, id, place = ARGV[3], id_in_stream(ARGV[3]), ARGV[4]
local fields
-- Reads every key before the first write, so that a key of another type leaves nothing half done.
redis.call('HLEN', held)
redis.call('HLEN', attempts)
redis.call('ZCARD', jobs)
local line = place ~= '' and line_of(tag_of(ARGV[5]), place)
if place == '' then
  local found = redis.call('XRANGE', stream, id, id)
  fields = found[1] and found[1][2]
else
  local member = redis.call('ZRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255', 'LIMIT', 0, 1)[1]
  fields = member and jobs_in(member)[1].fields
end
if not fields then
  return {'done'}
end

if place == '' and in_segment(name) or parked_from_segment(place) then
  fields = original(fields)
end
local time = redis.call('TIME')
local failed_at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if #fields > 6000 then
  fields = {'fields', cmsgpack.pack(fields)}
end
for _, text in ipairs({'reason', ARGV[6], 'exception', ARGV[7], 'attempts', ARGV[8], 'failed_at', failed_at, 'epoch', ARGV[2]}) do
  fields[#fields + 1] = text
end
redis.call('PERSIST', KEYS[1])
-- Tried before the dead letter is added, because a repeat would add another one if the job stayed where it is.
redis.call('HDEL', attempts, '')
if place == '' then
  redis.call('XDEL', stream, '0-0')
else
  redis.call('ZREMRANGEBYLEX', jobs, '+', '-')
  redis.call('HSET', held, ARGV[5], redis.call('HGET', held, ARGV[5]) or '0 0 0 ')
end
redis.call('XADD', dead, '*', unpack(fields))
if place == '' then
  redis.call('XDEL', stream, id)
  redis.call('HDEL', attempts, name)
else
  redis.call('ZREMRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255')
  redis.call('HDEL', attempts, place)
  redis.call('HSET', held, ARGV[5], '0 0 0 ')
end
return {'done'}
