-- Finds what is wrong with the jobs that wait, after some of the keys of this script were lost: page by page. A delayed job gets its
-- place, and a place without its job is dropped, as is a held key without jobs. A held job that cannot be read is deleted. What key the
-- others have is known to the owner only: it is asked, and answers with 'tie'.
--
-- KEYS 6: lease, held jobs, attempts, delayed, delayed jobs, held
-- ARGV 3: owner, epoch, cursor ('0' = from the start)
-- Returns: {'mended', next cursor ('0' = all is done), jobs put back, jobs lost (at least), {line of a held member, stream id,
--            fields and values of its first job, ...}}; values that no key is made of are empty
--          {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, staged_entries
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local jobs, attempts, delayed, delayed_jobs, held = unpack(KEYS, 2)
redis.call('PERSIST', KEYS[1])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
local _ = {redis.call('ZREM', jobs, ''), redis.call('HDEL', attempts, ''), redis.call('ZADD', delayed, 'XX', 0, ''),
  redis.call('HLEN', delayed_jobs), redis.call('HLEN', held)}

local back, lost = 0, 0
local asked, bytes = {}, 0

-- Fails for what no script of ours has written.
local function first_job(member)
  local found, line = jobs_in(member), line_in(member)
  local letter, job = string.sub(member, 1, 1), found[1]
  assert(#found == (letter == 'b' and BUNDLE or 1) and (letter == 'b' or letter == 'j'))
  assert(string.sub(line, 2) == string.sub(line_of(string.sub(line, 2, 21), job.place), 2))
  assert(#job.fields > 0 and #job.fields % 2 == 0)
  for _, text in ipairs(job.fields) do
    assert(type(text) == 'string')
  end
  return job, line
end

local function ask(member)
  local readable, job, line = pcall(first_job, member)
  if not readable then
    local placed, place = pcall(place_in, member)
    lost = lost + redis.call('ZREM', jobs, member)
    redis.call('HDEL', attempts, placed and place or '')
    return
  end
  local id, fields = job.id, job.fields
  if parked_from_segment(job.place) then
    id, fields = added(fields, '@id') or id, original(fields)
  end
  for i = 2, #fields, 2 do
    if fields[i - 1] ~= 'key' and fields[i - 1] ~= 'job' then
      fields[i] = ''
    end
    bytes = bytes + #fields[i]
  end
  for _, each in ipairs({line, id, fields}) do
    asked[#asked + 1] = each
  end
end

-- Drops a key if it has no job.
local function drop(key, state)
  local tag = tag_of(key)
  if redis.call('ZLEXCOUNT', jobs, '[j' .. tag, '(j' .. tag .. '\255')
    + redis.call('ZLEXCOUNT', jobs, '[b' .. tag, '(b' .. tag .. '\255') == 0 then
    redis.call('HDEL', held, key)
    lost = lost + (state == '0 0 0 ' and 0 or 1)
  end
end

local phase, cursor = string.match(ARGV[3], '^(%d) (%d+)$')
phase, cursor = tonumber(phase or 1), cursor or '0'
local scanned = 0
repeat
  -- Few at once: a page of large jobs must not be too large for one answer.
  local page = phase == 1 and redis.call('HSCAN', delayed_jobs, cursor, 'COUNT', 10)
    or phase == 2 and redis.call('ZSCAN', delayed, cursor, 'COUNT', 10)
    or phase == 3 and redis.call('ZSCAN', jobs, cursor, 'COUNT', 10)
    or phase == 4 and redis.call('HSCAN', held, cursor, 'COUNT', 10)
    or redis.call('HSCAN', attempts, cursor, 'COUNT', 10)
  cursor = page[1]
  for i = 1, #page[2], 2 do
    local name = page[2][i]
    if phase == 1 then
      back = back + redis.call('ZADD', delayed, string.match(name, '^%d+'), name)
    elseif phase == 2 and redis.call('HEXISTS', delayed_jobs, name) == 0 then
      lost = lost + redis.call('ZREM', delayed, name)
    elseif phase == 3 then
      ask(name)
    elseif phase == 4 then
      drop(name, page[2][i + 1])
    elseif phase == 5 and redis.call('ZCARD', jobs) == 0 and string.find(name, ':', 1, true) then
      redis.call('HDEL', attempts, name)
    end
  end
  scanned = scanned + 10
until cursor == '0' or scanned >= 200 or bytes > 1048576
if cursor == '0' then
  phase = phase + 1
end
return {'mended', phase > 5 and '0' or phase .. ' ' .. cursor, back, lost, asked}
