-- Reads the numbers of the last changes of what is paused, of many queues, each of its own layout.
--
-- KEYS n: layouts
-- ARGV 0: none
-- Returns: for each layout the number of the last change; 0 = there was none
-- Epoch: none; reads only.
local numbers = {}
for i, layout in ipairs(KEYS) do
  numbers[i] = redis.call('HGET', layout, 'pauses') or '0'
end
return numbers
