-- Records a failed run: from now on the job is held as the first of its key, for a pause or until a person asks. Does so only if this
-- change is numbered higher than the last recorded one, so that a late call undoes nothing, such as a person's retry. Resets the
-- crashes of the job, because the process survived the run. Remembers when the first run failed, for as long as the job is there.
--
-- KEYS 6: lease, stream, held, held jobs, attempts, started
-- ARGV 11: owner, epoch, partition, name of the entry, place among the held jobs (empty if it is in the stream), key, failed attempts, how
--   many of them count, number of this change, pause (ms; -1 = until a person asks), reason
-- Returns: {'done'}, or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, held, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local name, id = ARGV[4], id_in_stream(ARGV[4])
local place = ARGV[5] ~= '' and ARGV[5] or place_of(redis.call('GET', KEYS[6]), name, ARGV[3])
local line = line_of(tag_of(ARGV[6]), place)
-- Reads every key before the first write, so that a key of another type leaves nothing half done.
local waiting = redis.call('ZLEXCOUNT', jobs, '[' .. line, '(' .. line .. '\255') > 0
-- A job that was held is not looked for in the stream: another partition may have given its id, too.
local found = (waiting or ARGV[5] ~= '') and {} or redis.call('XRANGE', stream, id, id)
local moved = found[1] and in_segment(name)
local known = redis.call('HGET', attempts, waiting and place or name) or moved and added(found[1][2], '@at') or '0'
redis.call('HLEN', held)
if (not waiting and #found == 0) or tonumber(ARGV[9]) <= tonumber(string.match(known, '%d+$')) then
  return {'done'}
end

local time = redis.call('TIME')
local ms = time[1] * 1000 + math.floor(time[2] / 1000)
local now = string.format('%.0f', ms)
local due = ARGV[10] == '-1' and '-1' or string.format('%.0f', ms + tonumber(ARGV[10]))
redis.call('PERSIST', KEYS[1])
if not waiting then
  -- Tried before the first change, so that a missing right does not leave the job in both places.
  redis.call('ZADD', jobs, 'XX', 0, '')
  redis.call('XDEL', stream, '0-0')
  redis.call('HDEL', attempts, '')
  redis.call('HSET', KEYS[1], 'epoch', lease[2])
  redis.call('ZADD', jobs, 0, line .. packed(moved and held_form(found[1][2], place) or found[1][2]))
  redis.call('XDEL', stream, id)
  redis.call('HDEL', attempts, name)
end
redis.call('HSET', attempts, place, table.concat({ARGV[7], ARGV[8], string.match(known, '^%d+:%d+:(%d+)') or now}, ':')
  .. ' 0 0 ' .. ARGV[9])
redis.call('HSET', held, ARGV[6], due .. ' ' .. ARGV[7] .. ' ' .. now .. ' ' .. ARGV[11])
return {'done'}
