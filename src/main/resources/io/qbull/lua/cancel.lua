-- Removes the delayed jobs with an id and a key, so that they never run, and forgets the id, so that it is taken again.
--
-- KEYS 4: delayed, delayed jobs, delayed ids, seen
-- ARGV 2: job id, key
-- Returns: {'cancelled', how many}; 0 = no job with that id and key waits, and nothing was changed
-- Epoch: none; a job waits here until it is promoted or cancelled, each by one script, so never both.
local delayed, jobs, ids, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

-- Whether the entry of a job has the key. In the form of the original QBull, whose producer here always writes it, it stands in
-- the JSON of the only field, as text or as a number.
local function of_key(fields)
  if fields[1] ~= 'job' then
    return fields[4] == ARGV[2]
  end
  local readable, members = pcall(cjson.decode, fields[2])
  local key = readable and type(members) == 'table' and members.partition_id
  return key == ARGV[2] or type(key) == 'number' and key == tonumber(ARGV[2])
end

local chosen, rest = {}, {}
for member in string.gmatch(redis.call('HGET', ids, ARGV[1]) or '', '%S+') do
  local list = of_key(cmsgpack.unpack(redis.call('HGET', jobs, member))[2]) and chosen or rest
  list[#list + 1] = member
end
if #chosen == 0 then
  return {'cancelled', 0}
end
redis.call('ZCARD', delayed)
redis.call('ZCARD', seen)
for _, member in ipairs(chosen) do
  redis.call('HDEL', jobs, member)
  redis.call('ZREM', delayed, member)
end
-- Not before these: a full Redis refuses it as a first write.
if #rest > 0 then
  redis.call('HSET', ids, ARGV[1], table.concat(rest, ' '))
else
  redis.call('HDEL', ids, ARGV[1])
end
redis.call('ZREM', seen, ARGV[1])
return {'cancelled', #chosen}
