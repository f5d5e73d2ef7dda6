-- Reads entries of the log for the owner: the segments in their order, then the own stream up to a marker whose version has not started.
-- Bounded by count and bytes, but at least one if there is any and any is asked for. Also reads the next few requests in the owner's inbox,
-- when the next delayed job is due, and how far the partition is in a resize. Changes nothing.
--
-- KEYS 9 + m: lease, stream, attempts, inbox, delayed, seal, started, moved, staged, then the stream of each known segment
-- ARGV 6 + 2m: owner, epoch, last known entry of the own stream (stream id), most entries, most bytes, last known request (stream id), then
--   for each known segment, in their order, its name and last known entry (stream id; empty = not read)
-- Returns: {'entries', more (1 if a bound ended the read), cmsgpack of {{name of the entry, fields and values,
--           'failed crashed doubled change', empty if there is no record of an entry of a segment}, ...}, {{id, fields and values of a
--           request}, ...}, ms until the next delayed job is due, -1 if there is none, seal, started, moved (each empty if it is missing),
--           gate (1 if a marker ended the read)}
--          {'segments', {name, ...}}: there are other segments than the known ones; nothing was read
--          {'fenced'}
-- Epoch: owner and epoch must be equal, and the lease not released.
-- The entries are packed because Redis 6 sends each list of a nested reply, and what follows it, with system calls of their own: they
-- took more than half of its time.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local known, count = #KEYS - 9, redis.call('HLEN', KEYS[9])
if known > 0 or count > 0 then
  local missing = known ~= count
  for i = 1, known do
    missing = missing or redis.call('HEXISTS', KEYS[9], ARGV[5 + 2 * i]) == 0
  end
  if missing then
    return {'segments', redis.call('HKEYS', KEYS[9])}
  end
end
local requests, due_in = redis.call('XRANGE', KEYS[4], '(' .. ARGV[6], '+', 'COUNT', 10), -1
local first = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
if first[1] then
  local time = redis.call('TIME')
  due_in = math.max(0, tonumber(first[2]) - time[1] * 1000 - math.floor(time[2] / 1000))
end
local seal, started, moved = redis.call('GET', KEYS[6]) or '', redis.call('GET', KEYS[7]) or '', redis.call('GET', KEYS[8]) or ''
local newest = tonumber(string.match(started, '^%d+$')) or 0
local most, room = tonumber(ARGV[4]), tonumber(ARGV[5])
local attempted = redis.call('EXISTS', KEYS[3]) == 1
local entries, bytes, gate = {}, 0, 0

-- Adds an entry if it fits; says how large it is.
local function add(name, fields, unknown)
  local size = 0
  for _, text in ipairs(fields) do
    size = size + #text
  end
  if #entries > 0 and bytes + size > room then
    return nil
  end
  bytes = bytes + size
  entries[#entries + 1] = {name, fields, attempted and redis.call('HGET', KEYS[3], name) or unknown}
  return size
end

-- Reads on in a stream; says whether to its end, or to the gate. Pages grow to the number of entries that fit at the mean size so far, and
-- shrink to one entry after a large one: reading entries that do not fit wastes time during which Redis serves nobody else.
local function read(stream, from, segment)
  local page_size, large = 2, 65536
  while #entries < most and (#entries == 0 or bytes < room) do
    local asked = math.min(page_size, most - #entries)
    local page = redis.call('XRANGE', stream, from, '+', 'COUNT', asked)
    local largest = 0
    for _, entry in ipairs(page) do
      local fields = entry[2]
      local version = segment == '' and #fields == 2 and fields[1] == '@marker' and string.match(fields[2], '^(%d+) %d+ %d+$')
      if version and tonumber(version) > newest then
        gate = 1
        return true
      end
      local size = add(segment .. entry[1], fields, segment == '' and '0 0 0 0' or '')
      if not size then
        return false
      end
      largest = math.max(largest, size)
    end
    if #page < asked then
      return true
    end
    from = '(' .. page[#page][1]
    local fitting = math.floor((room - bytes) * #entries / math.max(bytes, 1))
    page_size = largest > large and 1 or math.max(1, math.min(page_size * 4, fitting))
  end
  return false
end

-- A marker is passed only behind all that the segments contain by now: what is behind it may follow that.
local ended = true
for i = 1, known do
  local last = ARGV[6 + 2 * i]
  ended = ended and (last == '' or read(KEYS[9 + i], '(' .. last, ARGV[5 + 2 * i] .. '/'))
end
ended = ended and read(KEYS[2], '(' .. ARGV[3], '')
return {'entries', ended and 0 or 1, cmsgpack.pack(entries), requests, due_in, seal, started, moved, gate}
