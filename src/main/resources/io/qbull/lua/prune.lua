-- Removes those of some pods that have been silent for longer than they said they might be, and entries that cannot be read. A pod that
-- was last seen in the future was seen before the clock went back: its silence counts from now on.
--
-- KEYS 1: pods
-- ARGV 1 + n: staleAfter (ms) of a pod that has not said, then pods
-- Returns: number of entries that are left
-- Epoch: none; a pod that is removed although it lives registers again.
local pods = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PERSIST', pods)
redis.call('HLEN', pods)
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('HDEL', pods, '')
local silent = {}
for i = 2, #ARGV do
  local text = redis.call('HGET', pods, ARGV[i])
  local readable, value = pcall(cjson.decode, text or '')
  local seen = readable and type(value) == 'table' and tonumber(value.seen)
  if seen and seen > now then
    redis.call('HSET', pods, ARGV[i], (string.gsub(text, '"seen":%d+', string.format('"seen":%.0f', now))))
  elseif text and (not seen or seen + (tonumber(value.ttl) or tonumber(ARGV[1])) < now) then
    silent[#silent + 1] = ARGV[i]
  end
end
for _, pod in ipairs(silent) do
  redis.call('HDEL', pods, pod)
end
return redis.call('HLEN', pods)
