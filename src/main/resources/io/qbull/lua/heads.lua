-- Reads, for people, the held keys and the first job of each, ordered by the SHA-1 of the key. Bounded by count and bytes, but at least
-- one if there is any. Changes nothing.
--
-- KEYS 2: held order, held jobs
-- ARGV 4: from, to (bounds of ZRANGEBYLEX), most keys, most bytes (in Redis)
-- Returns: {'heads', more (1 if a bound ended the read), time (ms), {{SHA-1 of the key, place, stream id, fields and values with an
--   empty body, number of jobs}, ...}}
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local order, from, most, room = KEYS[1], ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local heads, bytes = {}, 0
while #heads < most and (#heads == 0 or bytes < room) do
  local first = redis.call('ZRANGEBYLEX', order, from, ARGV[2], 'LIMIT', 0, 1)[1]
  if not first then
    return {'heads', 0, now, heads}
  end
  local tag, place = string.sub(first, 1, 40), string.sub(first, 41)
  local packed = redis.call('HGET', KEYS[2], place)
  if #heads > 0 and bytes + #packed > room then
    return {'heads', 1, now, heads}
  end
  bytes = bytes + #packed
  local job = cmsgpack.unpack(packed)
  for i = 1, #job[2], 2 do
    if job[2][i] == 'body' then
      job[2][i + 1] = ''
    end
  end
  from = '(' .. tag .. ';'
  heads[#heads + 1] = {tag, place, job[1], job[2], redis.call('ZLEXCOUNT', order, '[' .. tag, from)}
end
return {'heads', 1, now, heads}
