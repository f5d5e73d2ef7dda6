-- Deletes held jobs that were copied to their new partitions for a resize, and reads the next ones.
-- These are members, each a job or a bundle, ordered by the SHA-1 of their keys and by place. Bounded by count and bytes, but at least
-- one if there is any. Passes by jobs with more fields than one command can carry: they stay. Works when Redis is full.
--
-- KEYS 6: lease, seal, moved, held, held jobs, attempts
-- ARGV 6 + 2m: owner, epoch, layout version, SHA-1 of the key (hex) and place of the last known member (empty = from the first), most
--   members, most bytes, then place and key of the first job of each member to delete
-- Returns: {'page', cmsgpack of {{SHA-1 of the key (hex), {stream id, fields and values, record in attempts or '', place, and the same of
--            each other job of a bundle}}, ...}}; an empty page is the end
--          {'other'}: the partition is not sealed for this version, or has moved; {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: moving, held_members, held_head
local refused = refusal(KEYS[1], KEYS[2], KEYS[3])
if refused then
  return refused
end
local held, jobs, attempts = KEYS[4], KEYS[5], KEYS[6]
local most, room = tonumber(ARGV[5]), tonumber(ARGV[6])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local _ = {redis.call('HGET', held, ''), redis.call('HGET', attempts, ''), redis.call('ZLEXCOUNT', jobs, '-', '-'),
  redis.call('ZRANGEBYLEX', jobs, '-', '-')}
if #ARGV > 6 then
  redis.call('PERSIST', KEYS[1])
  redis.call('HDEL', attempts, '')
  redis.call('ZREMRANGEBYLEX', jobs, '+', '-')
  redis.call('HSET', held, ARGV[8], redis.call('HGET', held, ARGV[8]) or '0 0 0 ')
end

local function delete(place, key)
  local tag = tag_of(key)
  local line, member = line_of(tag, place), nil
  for _, letter in ipairs({'j', 'b'}) do
    line = letter .. string.sub(line, 2)
    member = redis.call('ZRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255', 'LIMIT', 0, 1)[1]
    if member then
      break
    end
  end
  if not member then
    return
  end
  for _, job in ipairs(jobs_in(member)) do
    redis.call('HDEL', attempts, job.place)
  end
  redis.call('ZREMRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255')
  if redis.call('ZLEXCOUNT', jobs, '[j' .. tag, '(j' .. tag .. '\255')
    + redis.call('ZLEXCOUNT', jobs, '[b' .. tag, '(b' .. tag .. '\255') == 0 then
    redis.call('HDEL', held, key)
  else
    -- What is on record of a key is about its first job, and that has left.
    redis.call('HSET', held, key, '0 0 0 ')
  end
end

for i = 7, #ARGV, 2 do
  delete(ARGV[i], ARGV[i + 1])
end

local from, to = '[', '(' .. string.rep('\255', 21)
if ARGV[4] ~= '' then
  local line = line_of(binary(string.sub(ARGV[4], 1, 40)), string.sub(ARGV[4], 41))
  from = '(' .. string.sub(line, 2) .. '\255'
end
local members, bytes = {}, 0
while #members < most and (#members == 0 or bytes < room) do
  local member = head(jobs, from, to)
  if not member or #members > 0 and bytes + #member > room then
    break
  end
  local contents, narrow = {}, true
  for _, job in ipairs(jobs_in(member)) do
    narrow = narrow and #job.fields < 7900
    for _, each in ipairs({job.id, job.fields, redis.call('HGET', attempts, job.place) or '', job.place}) do
      contents[#contents + 1] = each
    end
  end
  if narrow then
    local hex = string.format('%08x%08x%08x%08x%08x', struct.unpack('>I4I4I4I4I4', string.sub(member, 2, 21)))
    members[#members + 1] = {hex, contents}
    bytes = bytes + #member
  end
  from = '(' .. string.sub(line_in(member), 2) .. '\255'
end
return {'page', cmsgpack.pack(members)}
