-- Reads dead letters, or jobs of a stream, for people. Bounded by count and bytes, but at least one if there is any. Changes nothing.
--
-- KEYS 1: dead, or stream
-- ARGV 5: last known dead letter (stream id), last one to read (stream id or +), most dead letters, most bytes (in Redis), bytes after
--   which a body is cut
-- Returns: {'letters', more (1 if a bound ended the read), {{stream id, fields and values, length of the whole body}, ...}}
-- Epoch: none; reads only.
local from, last, most, room, longest = '(' .. ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local letters, bytes, page_size, large = {}, 0, 2, 65536
while #letters < most and (#letters == 0 or bytes < room) do
  local asked = math.min(page_size, most - #letters)
  local page = redis.call('XRANGE', KEYS[1], from, last, 'COUNT', asked)
  local largest = 0
  for _, letter in ipairs(page) do
    local fields, size, whole = letter[2], 0, 0
    for i, text in ipairs(fields) do
      size = size + #text
      if i % 2 == 0 and fields[i - 1] == 'body' then
        whole = #text
        fields[i] = string.sub(text, 1, longest)
      end
    end
    if #letters > 0 and bytes + size > room then
      return {'letters', 1, letters}
    end
    bytes = bytes + size
    largest = math.max(largest, size)
    letters[#letters + 1] = {letter[1], fields, whole}
  end
  if #page < asked then
    return {'letters', 0, letters}
  end
  from = '(' .. page[#page][1]
  -- Shrinks after a large one: reading dead letters that do not fit wastes time during which Redis serves nobody else.
  page_size = largest > large and 1 or page_size * 2
end
return {'letters', 1, letters}
