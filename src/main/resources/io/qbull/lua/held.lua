-- Reads a page of the held keys. Changes nothing.
--
-- KEYS 2: lease, held
-- ARGV 3: owner, epoch, cursor ('0' = from the start)
-- Returns: {'keys', next cursor ('0' = last page), {key, ms until its first job may run (-1 = until a person asks), ...}}
--          {'fenced'}
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local page = redis.call('HSCAN', KEYS[2], ARGV[3], 'COUNT', 500)
local keys = {}
for i = 1, #page[2], 2 do
  local due = string.match(page[2][i + 1], '^%-?%d+')
  keys[i] = page[2][i]
  keys[i + 1] = due == '-1' and -1 or math.max(0, tonumber(due) - now)
end
return {'keys', page[1], keys}
