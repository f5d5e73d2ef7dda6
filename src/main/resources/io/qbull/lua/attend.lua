-- Carries out a request to the owner, once: a request that is gone was carried out before. Leaves a job alone that is no longer the
-- first of its key.
--
-- KEYS 5: lease, inbox, held, held jobs, attempts
-- ARGV 6: owner, epoch, id of the request, verb ('retry' = the first held job of the key runs at once and its attempts count from
--   zero; 'drop' = it is deleted and the next one runs; 'ignore' = only the request is deleted), key, place of the job (empty = the
--   first job of the key)
-- Returns: {'done', ms until the first job of the key may run (-1 = until a person asks)}
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, held_head
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local inbox, held, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local time = redis.call('TIME')
local due, failed_at = string.match(redis.call('HGET', held, ARGV[5]) or '0 0 0', '^(%-?%d+) %d+ (%d+)')
local tag = tag_of(ARGV[5])
local first = head(jobs, '[' .. tag, '(' .. tag .. '\255')
local place = first and place_in(first)
-- Fails here, before the first write, if that key has another type.
local known = redis.call('HGET', attempts, place or '') or '0'
local asked = #redis.call('XRANGE', inbox, ARGV[3], ARGV[3]) == 1
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('XDEL', inbox, '0-0')
redis.call('HDEL', attempts, '')
redis.call('ZADD', jobs, 'XX', 0, '')
redis.call('ZREMRANGEBYLEX', jobs, '+', '-')
if asked and ARGV[4] ~= 'ignore' and first and (ARGV[6] == '' or ARGV[6] == place) then
  redis.call('HSET', held, ARGV[5], '0 0 0 ')
  if ARGV[4] == 'drop' then
    -- The other jobs of a bundle become members of their own.
    for i, each in ipairs(jobs_in(first)) do
      if i > 1 then
        redis.call('ZADD', jobs, 0, line_of(tag, each.place) .. each.contents)
      end
    end
    redis.call('ZREMRANGEBYLEX', jobs, '[' .. line_in(first), '(' .. line_in(first) .. '\255')
    redis.call('HDEL', attempts, place)
  else
    -- The number of the change stays and grows: a failure that was recorded before may arrive again.
    redis.call('HSET', attempts, place, '0 0 0 ' .. string.format('%.0f', string.match(known, '%d+$') + 1))
  end
  due = '0'
end
redis.call('XDEL', inbox, ARGV[3])
-- A failure in the future was before the clock went back: the pause is not longer for that.
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(failed_at))
return {'done', due == '-1' and -1 or math.max(0, tonumber(due) - now)}
