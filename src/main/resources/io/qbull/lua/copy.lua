-- Adds jobs that leave another partition for a resize to their segment here, in the order of that partition.
-- What is not behind the last position is skipped, because an earlier call has added it. The owner may run the jobs at once. Works when
-- Redis is full.
--
-- KEYS 5: lease, started, staged, segment, inbox
-- ARGV 2 + n: layout version, segment ('version:partition'), then for each entry its position, the number of its fields and values, these.
--   Positions ascend; the entries of a bundle have the same
-- Returns: {'copied', how many}; {'started'}: the caller is stale, because nothing comes any more; nothing was changed
-- Epoch: none; the position of the last entry, and the started version, tell what is late.
-- Uses: positions
if has_started(KEYS[2]) then
  return {'started'}
end
local staged, segment, inbox, field = KEYS[3], KEYS[4], KEYS[5], ARGV[2]
local last = redis.call('HGET', staged, field) or ''
redis.call('XLEN', segment)
-- Another note is not needed: when the owner has removed this one, it reads on.
local newest = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
local noted = newest and newest[2][2] == 'staged'
local at = 3
while at <= #ARGV and not behind(ARGV[at], last) do
  at = at + 2 + ARGV[at + 1]
end
redis.call('PERSIST', KEYS[1])
if at > #ARGV then
  return {'copied', 0}
end
-- Tried before the first entry is added, because a repeat would add it again. Adds nothing, because no entry may have this id. Any other
-- error is raised.
if not string.find(redis.pcall('XADD', inbox, '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', inbox, '0-0', '', '')
end
redis.call('HSET', staged, field, last)
local copied = 0
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  redis.call('XADD', segment, '*', unpack(ARGV, at + 2, at + 1 + count))
  copied, last = copied + 1, ARGV[at]
  at = at + 2 + count
end
redis.call('HSET', staged, field, last)
if not noted then
  redis.call('XADD', inbox, '*', 'verb', 'staged', 'key', '')
end
return {'copied', copied}
