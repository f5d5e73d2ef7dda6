-- Deletes the delayed jobs with an id and a key, so that they never run, and forgets the id, so that it can be added again.
--
-- KEYS 6: delayed, delayed jobs, delayed ids, seen, seal, started
-- ARGV 3: job id, key, layout version
-- Returns: {'cancelled', how many}; 0 = no delayed job has that id and key, and nothing was changed
--          {'layout'}: the partition takes no jobs for that version, or it has not started: the job may be elsewhere; nothing was changed
-- Epoch: none; a job stays here until one script promotes, moves or cancels it, so only one of them does.
local delayed, jobs, ids, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local started = tonumber(string.match(redis.call('GET', KEYS[6]) or '', '^%d+$')) or 1
if redis.call('GET', KEYS[5]) ~= ARGV[3] .. ' open' or started < tonumber(ARGV[3]) then
  return {'layout'}
end

-- Whether a job has the key. In the format of the original QBull, to which our producer always adds the key, it is a text or a number
-- in the JSON of the only field.
local function of_key(fields)
  if fields[1] ~= 'job' then
    return fields[4] == ARGV[2]
  end
  local readable, members = pcall(cjson.decode, fields[2])
  local key = readable and type(members) == 'table' and members.partition_id
  return key == ARGV[2] or type(key) == 'number' and key == tonumber(ARGV[2])
end

local chosen, gone = {}, {}
for _, named in ipairs(redis.call('ZRANGEBYLEX', ids, '[' .. ARGV[1] .. '\0', '(' .. ARGV[1] .. '\1')) do
  local member = string.sub(named, #ARGV[1] + 2)
  local packed = redis.call('HGET', jobs, member)
  if not packed then
    gone[#gone + 1] = named
  elseif of_key(cmsgpack.unpack(packed)[2]) then
    chosen[#chosen + 1] = member
  end
end
if #chosen == 0 then
  return {'cancelled', 0}
end
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', jobs, '')
redis.call('ZREM', delayed, '')
redis.call('ZREM', seen, '')
redis.call('ZREM', ids, '')
for _, member in ipairs(chosen) do
  redis.call('HDEL', jobs, member)
  redis.call('ZREM', delayed, member)
  redis.call('ZREM', ids, ARGV[1] .. '\0' .. member)
end
-- Of jobs that were lost.
for _, named in ipairs(gone) do
  redis.call('ZREM', ids, named)
end
redis.call('ZREM', seen, ARGV[1])
return {'cancelled', #chosen}
