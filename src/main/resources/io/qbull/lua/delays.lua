-- Reads delayed jobs, for people, ordered by when they are due. Bounded by count and bytes, but at least one if there is any. Changes
-- nothing.
--
-- KEYS 3: delayed, delayed jobs, delayed ids
-- ARGV 3: job id of the only jobs that are wanted (empty = all), rank of the first (from 0), most jobs
-- Returns: {'delays', more (1 if a bound ended the read), time (ms), {{when it is due (ms), fields and values with an empty body}, ...}}
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local id, first, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local members = {}
if id == '' then
  members = redis.call('ZRANGE', KEYS[1], first, first + most - 1)
else
  for _, named in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], '[' .. id .. '\0', '(' .. id .. '\1', 'LIMIT', first, most)) do
    members[#members + 1] = string.sub(named, #id + 2)
  end
end
local delays, bytes = {}, 0
for _, member in ipairs(members) do
  if bytes > 1048576 then
    return {'delays', 1, now, delays}
  end
  local packed = redis.call('HGET', KEYS[2], member)
  if packed then
    bytes = bytes + #packed
    local fields = cmsgpack.unpack(packed)[2]
    for i = 1, #fields, 2 do
      if fields[i] == 'body' then
        fields[i + 1] = ''
      end
    end
    delays[#delays + 1] = {string.match(member, '^%d+'), fields}
  end
end
return {'delays', #members == most and 1 or 0, now, delays}
