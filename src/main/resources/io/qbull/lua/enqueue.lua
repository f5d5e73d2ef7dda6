-- Adds jobs for a producer, all or none. Keeps the number and the answer of the producer's last call, also of a refused one, so that a
-- repeat adds nothing twice. Jobs may be records of a source that is read again after a crash: a record at or below the source's last
-- offset in this partition is skipped. Delayed jobs wait beside the stream; if one of them is due before all others, a note at the end
-- of the inbox tells the owner. When Redis is full nothing is done, because Redis refuses the first write.
--
-- KEYS 9: stream, call, seal, seen, source (not touched without a source), delayed, delayed jobs, delayed ids, inbox
-- ARGV 5 + 8n: layout version, call number, lifetime of the call's record (s), lifetime of the source's progress (ms; 0 = unlimited;
--   empty = no source), number of entries from which on the stream takes no more jobs (0 = no limit), then for each job its offset in
--   the source (ascending; empty without a source), deduplication window (ms; 0 = none), due time (ms; +ms = from now; empty = at
--   once), id, key, body, content type or empty, headers (JSON object) or empty. A job with an empty key is written in the format of
--   the original QBull: its body in the single field job
-- Returns: {'accepted', stream ids separated by blanks; '-' for a duplicate, '+' for a delayed job}
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
-- Only of this version: the offsets of another one belong to other keys.
local reached = memory ~= '' and tonumber(redis.call('HGET', source, version) or '-1')
local fresh, here, ids, ours = {}, {}, {}, {}
for at = 6, #ARGV, 8 do
  local id, known = ARGV[at + 3], reached and tonumber(ARGV[at]) <= reached
  if not known and ARGV[at + 1] ~= '0' then
    known = here[id] or tonumber(redis.call('ZSCORE', seen, id) or 0) > now
    here[id] = true
  end
  ids[#ids + 1] = '-'
  fresh[#fresh + 1] = not known and {#ids, at} or nil
  if ARGV[at + 2] ~= '' then
    -- These fail here, before the first write, if one of the keys has another type.
    local _ = {redis.call('XLEN', stream), redis.call('XLEN', inbox), redis.call('ZCARD', delayed),
      redis.call('HLEN', waiting), redis.call('HLEN', waiting_ids)}
  end
end

local refusal = #fresh > 0 and (redis.call('GET', seal) ~= version .. ' open' and 'layout'
  or most > 0 and redis.call('XLEN', stream) >= most and 'crowded')
if refusal then
  redis.call('SET', call, number .. ' ' .. refusal, 'EX', lifetime)
  return {refusal, ''}
end
-- Tried before the first job is added, so that a missing right leaves nothing half done.
local _ = {reached and #fresh > 0 and redis.call('HSET', source, version, string.format('%.0f', reached)),
  next(here) and redis.call('ZADD', seen, 'XX', 0, '')}
local expiries, longest, ts = {}, 0, string.format('%.0f', now)
for _, job in ipairs(fresh) do
  local i, at = unpack(job)
  local window, given, id = tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  local fields = ARGV[at + 4] == '' and {'job', ARGV[at + 5]}
    or {'id', id, 'key', ARGV[at + 4], 'ts', ts, 'body', ARGV[at + 5]}
  for field, name in ipairs({'ct', 'h'}) do
    if ARGV[at + 5 + field] ~= '' then
      fields[#fields + 1], fields[#fields + 2] = name, ARGV[at + 5 + field]
    end
  end
  local due = math.max(now, (tonumber(given) or 0) + (string.sub(given, 1, 1) == '+' and now or 0))
  if due == now then
    ids[i] = redis.call('XADD', stream, '*', unpack(fields))
  else
    -- Numbered for each due time, so that members are unique and jobs with the same due time keep their order.
    local score = string.format('%.0f', due)
    local last = redis.call('ZREVRANGEBYSCORE', delayed, score, score, 'LIMIT', 0, 1)[1]
    local member = score .. string.format('-%010d', last and string.sub(last, -10) + 1 or 0)
    local others = redis.call('HGET', waiting_ids, id)
    redis.call('HSET', waiting, member, cmsgpack.pack({id, fields}))
    redis.call('HSET', waiting_ids, id, others and others .. ' ' .. member or member)
    redis.call('ZADD', delayed, score, member)
    ids[i], ours[member] = '+', true
  end
  if window > 0 then
    expiries[#expiries + 1], expiries[#expiries + 2] = string.format('%.0f', due + window), id
    longest = math.max(longest, due - now + window)
  end
end
local joined = table.concat(ids, ' ')
redis.call('SET', call, number .. ' accepted ' .. joined, 'EX', lifetime)
if next(ours) and ours[redis.call('ZRANGE', delayed, 0, 0)[1]]
    and (redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1] or {'', {}})[2][2] ~= 'due' then
  redis.call('XADD', inbox, '*', 'verb', 'due', 'key', '')
end
if reached then
  redis.call('HSET', source, version, string.format('%.0f', math.max(reached, ARGV[#ARGV - 7])))
  local _ = memory ~= '0' and redis.call('PEXPIRE', source, memory)
end
if #expiries > 0 then
  redis.call('ZADD', seen, unpack(expiries))
  -- Deletes more than this call added, so that the set shrinks, but not too many, so that no call takes long. No id is empty.
  redis.call('ZREM', seen, '', unpack(redis.call('ZRANGEBYSCORE', seen, '-inf', ts, 'LIMIT', 0, math.max(100, #expiries))))
  redis.call('PEXPIRE', seen, string.format('%.0f', math.max(longest, redis.call('PTTL', seen))))
end
return {'accepted', joined}
