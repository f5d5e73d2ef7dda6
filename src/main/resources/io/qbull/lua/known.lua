-- Says which job ids a partition remembers. Producers ask a partition of an earlier layout, to which no id is added any more.
--
-- KEYS 1: seen
-- ARGV n: job ids
-- Returns: {'known', a digit for each id: 1 = it is remembered, 0 = it is not}
-- Epoch: none; nothing is changed.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local digits = {}
for i, id in ipairs(ARGV) do
  digits[i] = tonumber(redis.call('ZSCORE', KEYS[1], id) or 0) > now and '1' or '0'
end
return {'known', table.concat(digits)}
