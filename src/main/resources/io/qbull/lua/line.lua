-- Reads held jobs, for people: those of one key in their order, or a page of all. Bounded by count and bytes, but at least one if there is
-- any. Changes nothing.
--
-- KEYS 1: held jobs
-- ARGV 4: SHA-1 of the only key that is wanted (hex; empty = all), number of the first member (from 0), most members, most bytes
-- Returns: {'line', more (1 if a bound ended the read), number of the next member, {{place, stream id, fields and values with an empty body},
--   ...}}
-- Epoch: none; reads only.
-- Uses: held_members
local jobs, first, most, room = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local members
if ARGV[1] == '' then
  members = redis.call('ZRANGE', jobs, first, first + most - 1)
else
  -- Single jobs may stand between bundles; the caller sorts by place.
  local tag = binary(ARGV[1])
  members = redis.call('ZRANGEBYLEX', jobs, '[b' .. tag, '(b' .. tag .. '\255', 'LIMIT', first, most)
  local bundles = redis.call('ZLEXCOUNT', jobs, '[b' .. tag, '(b' .. tag .. '\255')
  if #members < most then
    local from = math.max(0, first - bundles)
    for _, member in ipairs(redis.call('ZRANGEBYLEX', jobs, '[j' .. tag, '(j' .. tag .. '\255', 'LIMIT', from, most - #members)) do
      members[#members + 1] = member
    end
  end
end
local line, bytes = {}, 0
for i, member in ipairs(members) do
  if bytes > room then
    return {'line', 1, first + i - 1, line}
  end
  bytes = bytes + #member
  for _, job in ipairs(jobs_in(member)) do
    for f = 1, #job.fields, 2 do
      if job.fields[f] == 'body' then
        job.fields[f + 1] = ''
      end
    end
    line[#line + 1] = {job.place, job.id, job.fields}
  end
end
return {'line', #members == most and 1 or 0, first + #members, line}
