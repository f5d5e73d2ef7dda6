-- Registers a pod and removes the pods that have been silent for longer than they said they might be.
--
-- KEYS 1: pods
-- ARGV 4: pod, capacity, partitions that it owns (comma-separated, may be empty), staleAfter (ms)
-- Returns: {pod, JSON, ...} of all living pods, this one included
-- Epoch: none; a hint for the balancer that proves no ownership.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HGETALL', KEYS[1])
redis.call('PERSIST', KEYS[1])

local living, started = {}, now
for i = 1, #known, 2 do
  local pod, text = known[i], known[i + 1]
  local readable, value = pcall(cjson.decode, text)
  local seen = readable and type(value) == 'table' and tonumber(value.seen)
  local patience = seen and tonumber(value.ttl) or tonumber(ARGV[4])
  if not seen or seen + patience < now then
    redis.call('HDEL', KEYS[1], pod)
  elseif pod == ARGV[1] then
    started = tonumber(value.started) or now
  else
    living[#living + 1] = pod
    living[#living + 1] = text
  end
end
-- Formatted by hand, because cjson writes an empty list as an object.
local me = string.format('{"partitions":[%s],"capacity":%s,"started":%.0f,"seen":%.0f,"ttl":%s}', ARGV[3], ARGV[2], started,
  now, ARGV[4])
redis.call('HSET', KEYS[1], ARGV[1], me)
living[#living + 1] = ARGV[1]
living[#living + 1] = me
return living
