-- Adds delayed jobs that leave another partition for a resize to those here, in the order of that partition.
-- What is not behind the last position is skipped, because an earlier call has added it. A note in the inbox tells the owner if one of
-- them is due before all others. Works when Redis is full.
--
-- KEYS 7: lease, started, staged, delayed, delayed jobs, delayed ids, inbox
-- ARGV 2 + 4n: layout version, segment ('version:partition'), then for each job its position (they ascend), when
--   it is due (ms), its id, cmsgpack of id and fields as it is stored
-- Returns: {'copied', how many}; {'started'}: the caller is stale, because nothing comes any more; nothing was changed
-- Epoch: none; the position of the last job, and the started version, tell what is late.
-- Uses: positions
if has_started(KEYS[2]) then
  return {'started'}
end
local staged, delayed, jobs, ids, inbox = unpack(KEYS, 3)
local last = redis.call('HGET', staged, ARGV[2]) or ''
local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
redis.call('HLEN', jobs)
redis.call('ZCARD', ids)
redis.call('XLEN', inbox)
local at = 3
while at <= #ARGV and not behind(ARGV[at], last) do
  at = at + 4
end
redis.call('PERSIST', KEYS[1])
if at > #ARGV then
  return {'copied', 0}
end
-- Tried before the first job is added, because a repeat would add it again. Adds nothing, because no entry may have this id. Any other
-- error is raised.
if not string.find(redis.pcall('XADD', inbox, '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', inbox, '0-0', '', '')
end
redis.call('ZADD', delayed, 'XX', 0, '')
redis.call('ZREVRANGEBYSCORE', delayed, 0, 0)
redis.call('HSET', staged, ARGV[2], last)
local copied, earliest = 0, false
for i = at, #ARGV, 4 do
  local due, id = ARGV[i + 1], ARGV[i + 2]
  -- Numbered as in 'enqueue'.
  local newest = redis.call('ZREVRANGEBYSCORE', delayed, due, due, 'LIMIT', 0, 1)[1]
  local member = due .. string.format('-%010d', newest and string.sub(newest, -10) + 1 or 0)
  redis.call('HSET', jobs, member, ARGV[i + 3])
  redis.call('ZADD', ids, 0, id .. '\0' .. member)
  redis.call('ZADD', delayed, due, member)
  earliest = earliest or not first or tonumber(due) < tonumber(first)
  copied = copied + 1
end
redis.call('HSET', staged, ARGV[2], ARGV[#ARGV - 3])
if earliest then
  redis.call('XADD', inbox, '*', 'verb', 'due', 'key', '')
end
return {'copied', copied}
