-- Reads a page of the held keys. Changes nothing. Before the first page it can check whether every job that waits has its place and
-- its key; they come apart if a person deletes one of the keys.
--
-- KEYS 6: lease, held, held order, held jobs, delayed, delayed jobs
-- ARGV 3: owner, epoch, cursor ('0' = from the start, 'check' = the same after the check)
-- Returns: {'keys', next cursor ('0' = last page), {key, ms until its first job may run (-1 = until a person asks), ...}}
--          {'broken'}: the check has failed, and 'mend' is needed
--          {'fenced'}
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, order, cursor = KEYS[2], KEYS[3], ARGV[3]
if cursor == 'check' then
  cursor = '0'
  local whole = redis.call('HLEN', KEYS[4]) == redis.call('ZCARD', order)
    and redis.call('HLEN', KEYS[6]) == redis.call('ZCARD', KEYS[5])
  local keys, from = redis.call('HLEN', held), '-'
  while whole do
    local first = redis.call('ZRANGEBYLEX', order, from, '+', 'LIMIT', 0, 1)[1]
    if not first then
      break
    end
    from, keys = '(' .. string.sub(first, 1, 40) .. ';', keys - 1
    whole = keys >= 0
  end
  if not whole then
    return {'broken'}
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local page = redis.call('HSCAN', held, cursor, 'COUNT', 500)
local keys = {}
for i = 1, #page[2], 2 do
  local due, failed_at = string.match(page[2][i + 1], '^(%-?%d+) %d+ (%d+)')
  keys[i] = page[2][i]
  -- A failure in the future was before the clock went back: the pause is not longer for that.
  keys[i + 1] = due == '-1' and -1 or math.max(0, tonumber(due) - math.max(now, tonumber(failed_at)))
end
return {'keys', page[1], keys}
