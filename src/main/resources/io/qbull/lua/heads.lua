-- Reads, for people, the held keys and the first job of each, ordered by the SHA-1 of the key. Bounded by count and bytes, but at least
-- one if there is any. Changes nothing.
--
-- KEYS 1: held jobs
-- ARGV 4: SHA-1 of the only key that is wanted (hex; empty = all), else of the key to read behind (empty = from the first), most keys, most
--   bytes (in Redis)
-- Returns: {'heads', more (1 if a bound ended the read), time (ms), {{SHA-1 of the key, place, stream id, fields and values with an
--   empty body, number of jobs}, ...}}
-- Epoch: none; reads only.
-- Uses: held_members, held_head
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local jobs, most, room = KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local only = ARGV[1] == '' and '' or binary(ARGV[1])
local from = only == '' and ARGV[2] ~= '' and '(' .. binary(ARGV[2]) .. '\255' or '[' .. only
-- No SHA-1 and place begins with so many.
local to = '(' .. only .. string.rep('\255', 21 - #only)
local heads, bytes = {}, 0
while #heads < most and (#heads == 0 or bytes < room) do
  local first = head(jobs, from, to)
  if not first then
    return {'heads', 0, now, heads}
  end
  if #heads > 0 and bytes + #first > room then
    return {'heads', 1, now, heads}
  end
  bytes = bytes + #first
  local tag, job = string.sub(first, 2, 21), jobs_in(first)[1]
  for i = 1, #job.fields, 2 do
    if job.fields[i] == 'body' then
      job.fields[i + 1] = ''
    end
  end
  from = '(' .. tag .. '\255'
  local count = redis.call('ZLEXCOUNT', jobs, '[j' .. tag, '(j' .. tag .. '\255')
    + BUNDLE * redis.call('ZLEXCOUNT', jobs, '[b' .. tag, '(b' .. tag .. '\255')
  local hex = string.format('%08x%08x%08x%08x%08x', struct.unpack('>I4I4I4I4I4', tag))
  heads[#heads + 1] = {hex, job.place, job.id, job.fields, count}
end
return {'heads', 1, now, heads}
