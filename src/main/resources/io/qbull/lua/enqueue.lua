-- Adds jobs for a producer, all or none. The number of the producer's last call here and its answer are kept, refusals
-- included, so that a repeat adds nothing twice. Jobs may be records of a source that is read again after a crash: those that
-- are not above its last offset here are skipped. When Redis is full nothing is done: the first write is one that it refuses.
--
-- KEYS 5: stream, call, seal, seen, source (not touched without a source)
-- ARGV 5 + 7n: layout version, call number, lifetime of the call's record (s), lifetime of the source's progress (ms, 0 = for
--   ever, empty = no source), entries from which on the stream takes no more (0 = any number), then for each job its offset
--   in the source (ascending; empty without a source), deduplication window (ms, 0 = none), id, key, body, content type or
--   empty, headers (JSON object) or empty. A job with an empty key is written as the original QBull does: its body in the
--   single field job
-- Returns: {'accepted', stream ids joined by blanks, '-' for a duplicate}
--          {'layout' or 'crowded', ''}: the partition takes no jobs for that version, or no more; nothing was added
--          {'stale'}: a later call of this producer was answered already; nothing was changed
-- Epoch: none; jobs are fenced by the layout version in the seal.
local stream, call, seal, seen, source = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local version, number, lifetime, memory, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])

local last = redis.call('GET', call)
if last then
  local last_number, answer, ids = string.match(last, '^(%d+) (%a+) ?(.*)$')
  if last_number == number then
    return {answer, ids}
  elseif tonumber(last_number) > tonumber(number) then
    return {'stale'}
  end
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Of this version alone: offsets of another one belong to other keys.
local reached = memory ~= '' and tonumber(redis.call('HGET', source, version) or '-1')
local jobs, fresh, here, ids = (#ARGV - 5) / 7, {}, {}, {}
for i = 1, jobs do
  ids[i] = '-'
  local at = 6 + (i - 1) * 7
  local id, known = ARGV[at + 2], reached and tonumber(ARGV[at]) <= reached
  if not known and ARGV[at + 1] ~= '0' then
    local expiry = redis.call('ZSCORE', seen, id)
    known = here[id] or (expiry and tonumber(expiry) > now)
    here[id] = true
  end
  if not known then
    fresh[#fresh + 1] = {i, at}
  end
end

local refusal = #fresh > 0 and (redis.call('GET', seal) ~= version .. ' open' and 'layout'
  or most > 0 and redis.call('XLEN', stream) >= most and 'crowded')
if refusal then
  redis.call('SET', call, number .. ' ' .. refusal, 'EX', lifetime)
  return {refusal, ''}
end

local expiries, longest = {}, 0
local ts = string.format('%.0f', now)
for _, job in ipairs(fresh) do
  local at = job[2]
  local fields = ARGV[at + 3] == '' and {'job', ARGV[at + 4]}
    or {'id', ARGV[at + 2], 'key', ARGV[at + 3], 'ts', ts, 'body', ARGV[at + 4]}
  if ARGV[at + 5] ~= '' then
    fields[#fields + 1] = 'ct'
    fields[#fields + 1] = ARGV[at + 5]
  end
  if ARGV[at + 6] ~= '' then
    fields[#fields + 1] = 'h'
    fields[#fields + 1] = ARGV[at + 6]
  end
  ids[job[1]] = redis.call('XADD', stream, '*', unpack(fields))
  local window = tonumber(ARGV[at + 1])
  if window > 0 then
    expiries[#expiries + 1] = string.format('%.0f', now + window)
    expiries[#expiries + 1] = ARGV[at + 2]
    longest = math.max(longest, window)
  end
end
local joined = table.concat(ids, ' ')
redis.call('SET', call, number .. ' accepted ' .. joined, 'EX', lifetime)

if reached then
  local offset = ARGV[6 + (jobs - 1) * 7]
  if tonumber(offset) > reached then
    redis.call('HSET', source, version, offset)
  end
  if memory ~= '0' then
    redis.call('PEXPIRE', source, memory)
  end
end
if #expiries > 0 then
  redis.call('ZADD', seen, unpack(expiries))
  -- More than this call added, so that the set shrinks back to its window, and bounded, so that no call takes long.
  local expired = redis.call('ZRANGEBYSCORE', seen, '-inf', ts, 'LIMIT', 0, math.max(100, #expiries))
  if #expired > 0 then
    redis.call('ZREM', seen, unpack(expired))
  end
  if redis.call('PTTL', seen) < longest then
    redis.call('PEXPIRE', seen, string.format('%.0f', longest))
  end
end
return {'accepted', joined}
