-- Reads a page of the held keys. Changes nothing. On the way it can check whether every held job has its key, every key that has failed
-- a job, and every delayed job its place; they come apart if a person deletes one of the keys.
--
-- KEYS 5: lease, held, held jobs, delayed, delayed jobs
-- ARGV 3: owner, epoch, cursor ('0' = from the start, 'check' = the same with the check)
-- Returns: {'keys', next cursor ('0' = last page), {key, ms until its first job may run (-1 = until a person asks), ...}}
--          {'broken'}: the check has failed, and 'mend' is needed
--          {'fenced'}
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, jobs = KEYS[2], KEYS[3]
local cursor, members = string.match(ARGV[3], '^(%d+) ?(%d*)$')
members = tonumber(members)
if ARGV[3] == 'check' then
  if redis.call('HLEN', KEYS[5]) ~= redis.call('ZCARD', KEYS[4]) then
    return {'broken'}
  end
  cursor, members = '0', 0
end
local bundles, all = redis.call('ZLEXCOUNT', jobs, '[b', '(c'), redis.call('ZCARD', jobs)
-- How many members the jobs of a key are.
local function members_of(key)
  local tag = tag_of(key)
  return redis.call('ZLEXCOUNT', jobs, '[j' .. tag, '(j' .. tag .. '\255')
    + (bundles > 0 and redis.call('ZLEXCOUNT', jobs, '[b' .. tag, '(b' .. tag .. '\255') or 0)
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local page = redis.call('HSCAN', held, cursor, 'COUNT', 500)
local keys = {}
for i = 1, #page[2], 2 do
  local due, failed_at = string.match(page[2][i + 1], '^(%-?%d+) %d+ (%d+)')
  if members then
    local own = members_of(page[2][i])
    if own == 0 and page[2][i + 1] ~= '0 0 0 ' then
      return {'broken'}
    end
    members = members + own
  end
  keys[i] = page[2][i]
  -- A failure in the future was before the clock went back: the pause is not longer for that.
  keys[i + 1] = due == '-1' and -1 or math.max(0, tonumber(due) - math.max(now, tonumber(failed_at)))
end
if page[1] ~= '0' then
  return {'keys', page[1] .. (members and ' ' .. members or ''), keys}
end
return members and members < all and {'broken'} or {'keys', '0', keys}
