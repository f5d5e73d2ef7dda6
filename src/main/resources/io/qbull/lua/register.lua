-- Registers a pod and removes the pods that have been silent for longer than they said they might be. A pod that was last seen in the
-- future was seen before the clock went back: its silence counts from now on. The answer says only what the caller does not know yet.
--
-- KEYS 1: pods
-- ARGV 6: pod, capacity, partitions that it owns (comma-separated, may be empty), staleAfter (ms), name of the process,
--   version of the view that it knows (may be empty)
-- Returns: same | pods, version, process, twin of this pod (may be empty), then pod and capacity of each living pod, this one included
-- Epoch: none; a hint for the balancer that proves no ownership.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HGETALL', KEYS[1])
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, HSET, so that a missing right leaves nothing half done.
redis.call('HDEL', KEYS[1], '')

local function text_of(value)
  return type(value) == 'string' and value or ''
end

local capacities, silent, started = {}, {}, now
-- The process that had written the entry before this one took it over; another one that writes it, too, and when that was seen.
local before, twin, met = '', '', 0
for i = 1, #known, 2 do
  local pod, text = known[i], known[i + 1]
  local readable, value = pcall(cjson.decode, text)
  local seen = readable and type(value) == 'table' and tonumber(value.seen)
  if seen and seen > now then
    seen, text = now, string.gsub(text, '"seen":%d+', string.format('"seen":%.0f', now))
    redis.call('HSET', KEYS[1], pod, text)
  end
  local patience = seen and tonumber(value.ttl) or tonumber(ARGV[4])
  if not seen or seen + patience < now then
    silent[#silent + 1] = pod ~= ARGV[1] and pod or nil
  elseif pod == ARGV[1] then
    started = tonumber(value.started) or now
    before, twin, met = text_of(value.before), text_of(value.twin), math.min(tonumber(value.met) or 0, now)
    local writer = text_of(value.process)
    if writer ~= ARGV[5] then
      -- A process that was restarted takes over an entry, too, but the one before it never comes back.
      if before == ARGV[5] then
        twin, met = writer, now
      end
      before = writer
    end
  else
    capacities[pod] = string.format('%.0f', tonumber(value.capacity) or 0)
  end
end
-- Formatted by hand, because cjson writes an empty list as an object.
local me = string.format('{"partitions":[%s],"capacity":%s,"started":%.0f,"seen":%.0f,"ttl":%s,"process":%s,"before":%s',
  ARGV[3], ARGV[2], started, now, ARGV[4], cjson.encode(ARGV[5]), cjson.encode(before))
if twin ~= '' and met + 4 * tonumber(ARGV[4]) >= now then
  me = me .. string.format(',"twin":%s,"met":%.0f', cjson.encode(twin), met)
else
  twin = ''
end
redis.call('HSET', KEYS[1], ARGV[1], me .. '}')
for _, pod in ipairs(silent) do
  redis.call('HDEL', KEYS[1], pod)
end

capacities[ARGV[1]] = ARGV[2]
local living = {}
for pod in pairs(capacities) do
  living[#living + 1] = pod
end
-- Redis promises no order of the fields.
table.sort(living)
local view = {ARGV[5], twin}
for _, pod in ipairs(living) do
  view[#view + 1] = pod
  view[#view + 1] = capacities[pod]
end
local version = redis.sha1hex(table.concat(view, '\n'))
if version == ARGV[6] then
  return {'same'}
end
-- Appended by hand, because unpack refuses long lists.
local answer = {'pods', version}
for _, text in ipairs(view) do
  answer[#answer + 1] = text
end
return answer
