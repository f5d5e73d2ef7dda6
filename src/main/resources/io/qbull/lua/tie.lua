-- Ties held jobs to their keys again, as 'mend' has asked. Jobs under another key than their own go under their own. A job whose key
-- cannot be told stays as it is if it is under a held key, and is buried otherwise.
--
-- KEYS 5: lease, held, held jobs, attempts, dead
-- ARGV 2 + 2n: owner, epoch, then line of a member as 'mend' gave it, and key (empty = cannot be told)
-- Returns: {'tied', jobs put back, jobs buried}
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released; the epoch is recorded in dead letters.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local held, jobs, attempts, dead = unpack(KEYS, 2)
local time = redis.call('TIME')
local failed_at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('PERSIST', KEYS[1])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local held_keys = redis.call('HKEYS', held)
local _ = {redis.call('ZADD', jobs, 'XX', 0, ''), redis.call('ZREMRANGEBYLEX', jobs, '+', '-'), redis.call('HDEL', attempts, ''),
  redis.call('XLEN', dead), redis.call('HSETNX', KEYS[1], 'owner', ''), redis.call('ZLEXCOUNT', jobs, '-', '-')}
-- Adds nothing, because no entry may have this id. Any other error is raised.
if not string.find(redis.pcall('XADD', dead, '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', dead, '0-0', '', '')
end

local back, buried = 0, 0
local function bury(fields)
  if #fields > 6000 then
    fields = {'fields', cmsgpack.pack(fields)}
  end
  for _, text in ipairs({'reason', 'its key cannot be told', 'exception', '', 'attempts', '0', 'failed_at', failed_at, 'epoch',
    ARGV[2]}) do
    fields[#fields + 1] = text
  end
  redis.call('XADD', dead, '*', unpack(fields))
  buried = buried + 1
end

local tags
local function of_held_key(tag)
  if not tags then
    tags = {}
    for _, key in ipairs(held_keys) do
      tags[tag_of(key)] = true
    end
  end
  return tags[tag]
end

local function tie(line, key)
  local member = redis.call('ZRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255', 'LIMIT', 0, 1)[1]
  local tag = string.sub(line, 2, 21)
  local right = key ~= '' and tag_of(key)
  if not member or (not right and of_held_key(tag)) then
    return
  end
  if right and redis.call('HSETNX', held, key, '0 0 0 ') == 1 then
    back = back + redis.call('ZLEXCOUNT', jobs, '[j' .. right, '(j' .. right .. '\255')
      + BUNDLE * redis.call('ZLEXCOUNT', jobs, '[b' .. right, '(b' .. right .. '\255')
  end
  if right ~= tag then
    for _, job in ipairs(jobs_in(member)) do
      if right then
        back = back + redis.call('ZADD', jobs, 0, line_of(right, job.place) .. job.contents)
      else
        bury(parked_from_segment(job.place) and original(job.fields) or job.fields)
        redis.call('HDEL', attempts, job.place)
      end
    end
    redis.call('ZREMRANGEBYLEX', jobs, '[' .. line, '(' .. line .. '\255')
  end
end

for i = 3, #ARGV, 2 do
  tie(ARGV[i], ARGV[i + 1])
end
return {'tied', back, buried}
