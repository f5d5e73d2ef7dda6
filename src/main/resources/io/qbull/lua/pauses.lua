-- Reads what people have paused in a queue. What has ended by itself is left out.
--
-- KEYS 1: layout
-- ARGV 0: none
-- Returns: {'pauses', number of the last change (0 = there was none), {field, since (ms), until (ms; 0 = open), ms left (0 = open),
--           JSON, ...}}
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HGETALL', KEYS[1])
local version, pauses = '0', {}
for i = 1, #fields, 2 do
  local field, value = fields[i], fields[i + 1]
  if field == 'pauses' then
    version = value
  elseif string.match(field, '^paused') then
    local since, till, text = string.match(value, '^(%d+) (%d+) (.*)$')
    local left = since and tonumber(till) - now
    if since and (till == '0' or left > 0) then
      for _, cell in ipairs({field, since, till, till == '0' and '0' or string.format('%.0f', left), text}) do
        pauses[#pauses + 1] = cell
      end
    end
  end
end
return {'pauses', version, pauses}
