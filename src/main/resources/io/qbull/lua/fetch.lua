-- Reads entries for the owner, bounded by count and bytes, but at least one if there is any and any is asked for. Also reads the next
-- few requests in the owner's inbox, when the next delayed job is due, and how far the partition is in a resize. Changes nothing.
--
-- KEYS 8: lease, stream, attempts, inbox, delayed, seal, started, moved
-- ARGV 6: owner, epoch, last known entry (stream id), most entries, most bytes, last known request (stream id)
-- Returns: {'entries', more (1 if a bound ended the read), cmsgpack of {{stream id, fields and values, 'failed crashed doubled change'},
--           ...}, {{id, fields and values of a request}, ...}, ms until the next delayed job is due, -1 if there is none, seal, started,
--           moved (each empty if it is missing)}
--          {'fenced'}
-- Epoch: owner and epoch must be equal, and the lease not released.
-- The entries are packed because Redis 6 sends each list of a nested reply, and what follows it, with system calls of their own: they
-- took more than half of its time.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local requests, due_in = redis.call('XRANGE', KEYS[4], '(' .. ARGV[6], '+', 'COUNT', 10), -1
local first = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
if first[1] then
  local time = redis.call('TIME')
  due_in = math.max(0, tonumber(first[2]) - time[1] * 1000 - math.floor(time[2] / 1000))
end
local seal, started, moved = redis.call('GET', KEYS[6]) or '', redis.call('GET', KEYS[7]) or '', redis.call('GET', KEYS[8]) or ''
local entries, bytes = {}, 0
local function read(more)
  return {'entries', more, cmsgpack.pack(entries), requests, due_in, seal, started, moved}
end

local from, most, room = '(' .. ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local attempted = redis.call('EXISTS', KEYS[3]) == 1
-- Pages grow to the number of entries that fit at the mean size so far, and shrink to one entry after a large one: reading entries
-- that do not fit wastes time during which Redis serves nobody else.
local page_size, large = 2, 65536
while #entries < most and (#entries == 0 or bytes < room) do
  local asked = math.min(page_size, most - #entries)
  local page = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', asked)
  local largest = 0
  for _, entry in ipairs(page) do
    local size = 0
    for _, text in ipairs(entry[2]) do
      size = size + #text
    end
    if #entries > 0 and bytes + size > room then
      return read(1)
    end
    bytes = bytes + size
    largest = math.max(largest, size)
    entries[#entries + 1] = {entry[1], entry[2], attempted and redis.call('HGET', KEYS[3], entry[1]) or '0 0 0 0'}
  end
  if #page < asked then
    return read(0)
  end
  from = '(' .. page[#page][1]
  local fitting = math.floor((room - bytes) * #entries / math.max(bytes, 1))
  page_size = largest > large and 1 or math.max(1, math.min(page_size * 4, fitting))
end
return read(1)
