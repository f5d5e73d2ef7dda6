-- Adds jobs for a producer, all or none. Keeps the number and the answer of the producer's last call, also of a refused one, so that a
-- repeat adds nothing twice. Jobs may be records of a source that is read again after a crash: a record at or below the source's last
-- offset in this partition is skipped. Delayed jobs wait beside the stream; if one of them is due before all others, a note at the end
-- of the inbox tells the owner. When Redis is full nothing is done, because Redis refuses the first write.
--
-- KEYS 9: stream, call, seal, seen, source (not touched without a source), delayed, delayed jobs, delayed ids, inbox
-- ARGV 5 + 8n: layout version, call number, lifetime of the call's record (s), lifetime of the source's progress (ms; 0 = unlimited;
--   empty = no source), number of entries from which on the stream takes no more jobs (0 = no limit), then for each job its offset in
--   the source (ascending; empty without a source), deduplication window (ms; 0 = none; -1 = the job is a duplicate, because
--   a partition of an earlier layout knows its id), due time (ms; +ms = from now; empty = at once), id, key, body, content type or empty, headers (JSON object) or empty. A job with an empty key is written in the format of
--   the original QBull: its body in the single field job
-- Returns: {'accepted', places separated by blanks: a stream id, '-' for a duplicate, '+' for a delayed job. Behind a place, 'xN' stands
--            for N places: the same sign, or ids of which each has the next sequence number}
--          {'layout' or 'crowded', ''}: the partition takes no jobs for that version, or no more jobs; nothing was added
--          {'stale'}: a later call of this producer was already answered; nothing was changed
-- Epoch: none; jobs are fenced by the layout version in the seal.
local stream, call, seal, seen, source, delayed, waiting, waiting_ids, inbox = unpack(KEYS)
local version, number, lifetime, memory, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local last_number, answer, places = string.match(redis.call('GET', call) or '', '^(%d+) (%a+) ?(.*)$')
if last_number == number then
  return {answer, places}
elseif last_number and tonumber(last_number) > tonumber(number) then
  return {'stale'}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ts = string.format('%.0f', now)
-- Only of this version: the offsets of another one belong to other keys.
local reached = memory ~= '' and tonumber(redis.call('HGET', source, version) or '-1')
local at_once, later, here, ids, expiries, longest = {}, {}, {}, {}, {}, 0
for at = 6, #ARGV, 8 do
  local window, given, id = tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  local known = window < 0 or reached and tonumber(ARGV[at]) <= reached
  if not known and window > 0 then
    known = here[id] or tonumber(redis.call('ZSCORE', seen, id) or 0) > now
    here[id] = true
  end
  ids[#ids + 1] = '-'
  if not known then
    local due = math.max(now, (tonumber(given) or 0) + (string.sub(given, 1, 1) == '+' and now or 0))
    local list = due == now and at_once or later
    list[#list + 1] = {#ids, at, due}
    if window > 0 then
      expiries[#expiries + 1], expiries[#expiries + 2] = string.format('%.0f', due + window), id
      longest = math.max(longest, due - now + window)
    end
  end
end

local refusal = #at_once + #later > 0 and (redis.call('GET', seal) ~= version .. ' open' and 'layout'
  or most > 0 and redis.call('XLEN', stream) >= most and 'crowded')
if refusal then
  redis.call('SET', call, number .. ' ' .. refusal, 'EX', lifetime)
  return {refusal, ''}
end

-- What may be refused is tried before the first job is added, because the producer would add that again: a right may be missing, and a
-- key may have another type. A full Redis refuses what is tried first.
local fresh, kept, first, note = #at_once + #later > 0, 0, {}, {}
if fresh then
  redis.call('SET', seal, '', 'NX')
end
if fresh and (reached or #later > 0) then
  -- Adds nothing, because no entry may have this id. Any other error is raised.
  if not string.find(redis.pcall('XADD', inbox, '0-0', '', '').err, '0-0', 1, true) then
    redis.call('XADD', inbox, '0-0', '', '')
  end
  redis.call('XLEN', stream)
end
if #later > 0 then
  first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  note = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1] or {'', {}}
  local _ = {redis.call('HLEN', waiting), redis.call('ZADD', waiting_ids, 'XX', 0, ''),
    redis.call('ZADD', delayed, 'XX', 0, ''), redis.call('ZREVRANGEBYSCORE', delayed, 0, 0)}
end
if #expiries > 0 then
  redis.call('ZADD', seen, 'XX', 0, '')
  -- Deletes more than this call adds, so that the set shrinks, but not too many, so that no call takes long. No id is empty.
  redis.call('ZREM', seen, '', unpack(redis.call('ZRANGEBYSCORE', seen, '-inf', ts, 'LIMIT', 0, math.max(100, #expiries))))
  kept = redis.call('PEXPIRE', seen, string.format('%.0f', math.max(longest, redis.call('PTTL', seen))))
end
if fresh and reached then
  local _ = memory ~= '0' and redis.call('PEXPIRE', source, memory)
  redis.call('HSET', source, version, string.format('%.0f', reached))
end

local function fields_of(at)
  local fields = ARGV[at + 4] == '' and {'job', ARGV[at + 5]}
    or {'id', ARGV[at + 3], 'key', ARGV[at + 4], 'ts', ts, 'body', ARGV[at + 5]}
  for field, name in ipairs({'ct', 'h'}) do
    if ARGV[at + 5 + field] ~= '' then
      fields[#fields + 1], fields[#fields + 2] = name, ARGV[at + 5 + field]
    end
  end
  return fields
end

-- Before the others, because HSET may not have been tried.
local earliest = false
for _, job in ipairs(later) do
  local i, at, due = unpack(job)
  -- Numbered for each due time, so that members are unique and jobs with the same due time keep their order.
  local id, score = ARGV[at + 3], string.format('%.0f', due)
  local last = redis.call('ZREVRANGEBYSCORE', delayed, score, score, 'LIMIT', 0, 1)[1]
  local member = score .. string.format('-%010d', last and string.sub(last, -10) + 1 or 0)
  redis.call('HSET', waiting, member, cmsgpack.pack({id, fields_of(at)}))
  redis.call('ZADD', waiting_ids, 0, id .. '\0' .. member)
  redis.call('ZADD', delayed, score, member)
  ids[i] = '+'
  earliest = earliest or not first[2] or due < tonumber(first[2])
end
for _, job in ipairs(at_once) do
  ids[job[1]] = redis.call('XADD', stream, '*', unpack(fields_of(job[2])))
end
if earliest and note[2][2] ~= 'due' then
  redis.call('XADD', inbox, '*', 'verb', 'due', 'key', '')
end
if reached then
  redis.call('HSET', source, version, string.format('%.0f', math.max(reached, ARGV[#ARGV - 7])))
  local _ = memory ~= '0' and redis.call('PEXPIRE', source, memory)
end
if #expiries > 0 then
  redis.call('ZADD', seen, unpack(expiries))
  local _ = kept == 0 and redis.call('PEXPIRE', seen, string.format('%.0f', longest))
end
local runs, run, length, expected = {}, {}, 0, nil
for _, id in ipairs(ids) do
  local goes_on = id == expected
  run, length = goes_on and run or {id, string.match(id, '^(%d+-)(%d+)$')}, goes_on and length + 1 or 1
  runs[goes_on and #runs or #runs + 1] = goes_on and run[1] .. 'x' .. length or id
  expected = run[2] and run[2] .. run[3] + length or id
end
local joined = table.concat(runs, ' ')
redis.call('SET', call, number .. ' accepted ' .. joined, 'EX', lifetime)
return {'accepted', joined}
