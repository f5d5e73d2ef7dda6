-- Deletes delayed jobs that were copied to their new partitions for a resize, and reads the next ones, ordered by due time.
-- Bounded by count and bytes, but at least one if there is any. If jobs and times do not agree because one of the keys was lost, the lease
-- counts as ended: the take-over that follows ties them together again. Works when Redis is full.
--
-- KEYS 6: lease, seal, moved, delayed, delayed jobs, delayed ids
-- ARGV 6 + m: owner, epoch, layout version, last known member (empty = from the first), most jobs, most bytes, then for each job to
--   delete its member, a blank and the SHA-1 (hex) of what is stored of it: a late run may find another job under that member
-- Returns: {'page', cmsgpack of {{member, cmsgpack of id and fields as it is stored}, ...}}; an empty page is the end
--          {'other'}: the partition is not sealed for this version, or has moved; {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: moving
local refused = refusal(KEYS[1], KEYS[2], KEYS[3])
if refused then
  return refused
end
local delayed, jobs, ids = KEYS[4], KEYS[5], KEYS[6]
local after, most, room = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local _ = {redis.call('ZCARD', ids), redis.call('ZRANGE', delayed, 0, 0), redis.call('HGET', jobs, '')}
if redis.call('HLEN', jobs) ~= redis.call('ZCARD', delayed) then
  return {'fenced'}
end
if #ARGV > 6 then
  redis.call('PERSIST', KEYS[1])
  redis.call('ZREM', delayed, '')
  redis.call('HDEL', jobs, '')
  redis.call('ZREM', ids, '')
  for i = 7, #ARGV do
    local member, sha = string.match(ARGV[i], '^(%S+) (%x+)$')
    local packed = redis.call('HGET', jobs, member)
    if packed and redis.sha1hex(packed) == sha then
      redis.call('ZREM', delayed, member)
      redis.call('HDEL', jobs, member)
      redis.call('ZREM', ids, cmsgpack.unpack(packed)[1] .. '\0' .. member)
    end
  end
end

-- Whether a member is behind the last known one. The numbers of jobs that are due together have the same length.
local function behind(member)
  local time, number = string.match(member, '^(%d+)%-(%d+)$')
  local last_time, last_number = string.match(after, '^(%d+)%-(%d+)$')
  if not time or time ~= last_time then
    return tonumber(time or 0) > tonumber(last_time)
  end
  return tonumber(number) > tonumber(last_number)
end

local at, to = 0, redis.call('ZCARD', delayed)
while after ~= '' and at < to do
  local middle = math.floor((at + to) / 2)
  if behind(redis.call('ZRANGE', delayed, middle, middle)[1]) then
    to = middle
  else
    at = middle + 1
  end
end
local page, bytes = {}, 0
for _, member in ipairs(redis.call('ZRANGE', delayed, at, at + most - 1)) do
  local packed = redis.call('HGET', jobs, member)
  if #page > 0 and bytes + #packed > room then
    break
  end
  page[#page + 1] = {member, packed}
  bytes = bytes + #packed
end
return {'page', cmsgpack.pack(page)}
