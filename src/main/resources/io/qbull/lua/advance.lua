-- Deletes a finished job from the held jobs of its key, if it is still there, and reads the next one. A key without held jobs is no
-- longer held. A bundle that has become the first is opened: its jobs are members of their own. If the jobs of a key that has failed are
-- gone, because they were lost, the lease counts as ended: the take-over that follows says so.
--
-- KEYS 4: lease, held, held jobs, attempts
-- ARGV 4: owner, epoch, key, place of the finished job (empty = only read)
-- Returns: {'next', place, stream id, fields and values, 'failed crashed doubled change'}, {'free'}; after a failure the first number is
--            three: 'failed:counted:age of the first failure (ms)'
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, held_head
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, jobs, attempts = KEYS[2], KEYS[3], KEYS[4]
local tag, time = tag_of(ARGV[3]), redis.call('TIME')
local state = redis.call('HGET', held, ARGV[3])
local finished = ARGV[4] ~= '' and line_of(tag, ARGV[4])
local there = finished and redis.call('ZLEXCOUNT', jobs, '[' .. finished, '(' .. finished .. '\255') > 0
-- Does not read the finished job again, which may be large.
local skipped = there and redis.call('ZLEXCOUNT', jobs, '[j' .. tag, '(' .. finished) == 0
local first = head(jobs, '[' .. tag, '(' .. tag .. '\255', skipped and '(' .. string.sub(finished, 2) .. '\255')
local members = first and jobs_in(first) or {}
local job = members[1]
if not job and not there and state and state ~= '0 0 0 ' then
  return {'fenced'}
end
local counts = job and redis.call('HGET', attempts, job.place) or '0 0 0 0'

redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', attempts, '')
redis.call('ZADD', jobs, 'XX', 0, '')
redis.call('ZREMRANGEBYLEX', jobs, '+', '-')
if there then
  if job then
    redis.call('HSET', held, ARGV[3], '0 0 0 ')
  end
  redis.call('ZREMRANGEBYLEX', jobs, '[' .. finished, '(' .. finished .. '\255')
  redis.call('HDEL', attempts, ARGV[4])
end
if not job then
  redis.call('HDEL', held, ARGV[3])
  return {'free'}
end
if #members > 1 then
  for _, each in ipairs(members) do
    redis.call('ZADD', jobs, 0, line_of(tag, each.place) .. each.contents)
  end
  redis.call('ZREMRANGEBYLEX', jobs, '[' .. line_in(first), '(' .. line_in(first) .. '\255')
end
local runs, since, rest = string.match(counts, '^(%d+:%d+:)(%d+)(.*)$')
if runs then
  local age = math.max(0, time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(since))
  counts = runs .. string.format('%.0f', age) .. rest
end
return {'next', job.place, job.id, job.fields, counts}
