-- Deletes entries that were copied to their new partitions for a resize, and reads the next ones of that stream.
-- Of the partition's own stream, only those in front of the marker. Bounded by count and bytes, but at least one entry if there is any.
-- Passes by entries with more fields than one command can carry: they stay. Works when Redis is full.
--
-- KEYS 5: lease, seal, moved, stream, attempts
-- ARGV 7 + m: owner, epoch, layout version, what names of attempts begin with ('' = own stream, 'v:p/' = segment), last known entry
--   (stream id), most entries, most bytes, then stream ids to delete
-- Returns: {'page', cmsgpack of {{stream id, fields and values, its record in attempts or ''}, ...}}; an empty page is the end
--          {'other'}: the partition is not sealed for this version, or has moved; {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: moving
local refused = refusal(KEYS[1], KEYS[2], KEYS[3])
if refused then
  return refused
end
local stream, attempts = KEYS[4], KEYS[5]
local version, named, from, most, room = ARGV[3], ARGV[4], '(' .. ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
-- These fail here, before the first change, if one of the keys has another type or a right is missing.
redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)
redis.call('HGET', attempts, '')
local attempted = redis.call('HLEN', attempts) > 0
if #ARGV > 7 then
  redis.call('PERSIST', KEYS[1])
  redis.call('HDEL', attempts, '')
  redis.call('XDEL', stream, unpack(ARGV, 8))
  for i = 8, attempted and #ARGV or 0 do
    redis.call('HDEL', attempts, named .. ARGV[i])
  end
end

local entries, bytes = {}, 0
local function add(id, fields)
  local size = 0
  for _, text in ipairs(fields) do
    size = size + #text
  end
  if #entries > 0 and bytes + size > room then
    return false
  end
  bytes = bytes + size
  entries[#entries + 1] = {id, fields, attempted and redis.call('HGET', attempts, named .. id) or ''}
  return true, size
end

-- Pages grow as in 'fetch'.
local page_size, large, ended = 2, 65536, false
while not ended and #entries < most and (#entries == 0 or bytes < room) do
  local asked = math.min(page_size, most - #entries)
  local page = redis.call('XRANGE', stream, from, '+', 'COUNT', asked)
  local largest = 0
  ended = #page < asked
  for _, entry in ipairs(page) do
    local fields = entry[2]
    local marker = named == '' and #fields == 2 and fields[1] == '@marker'
    if marker and string.match(fields[2], '^%d+') == version then
      ended = true
      break
    elseif not marker and #fields < 7900 then
      local added, size = add(entry[1], fields)
      if not added then
        ended = true
        break
      end
      largest = math.max(largest, size)
    end
    from = '(' .. entry[1]
  end
  local fitting = math.floor((room - bytes) * #entries / math.max(bytes, 1))
  page_size = largest > large and 1 or math.max(1, math.min(page_size * 4, fitting))
end
return {'page', cmsgpack.pack(entries)}
