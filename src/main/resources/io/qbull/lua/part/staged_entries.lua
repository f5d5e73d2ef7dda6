-- Entries of segments. An owner names one by its segment, a slash and its stream id, such as '2:7/1700000000000-0', and one of the own
-- stream by its stream id alone; so does 'attempts'. A resize adds fields whose names begin with '@' to what it copies; fields of the entry
-- itself that begin so get another '@' in front. A job that was parked from a segment keeps this form while it is held; its place says so.
local function id_in_stream(name)
  return string.match(name, '[^/]+$')
end

local function in_segment(name)
  return string.find(name, '/', 1, true) ~= nil
end

local function parked_from_segment(place)
  return string.sub(place, 11, 11) == ';'
end

-- The value of a field that a resize has added.
local function added(fields, name)
  for i = 1, #fields, 2 do
    if fields[i] == name then
      return fields[i + 1]
    end
  end
end

-- The fields and values that an entry had before it was copied.
local function original(fields)
  local own = {}
  for i = 1, #fields, 2 do
    local marked = string.match(fields[i], '^@(.*)$')
    if not marked or string.sub(marked, 1, 1) == '@' then
      own[#own + 1] = marked or fields[i]
      own[#own + 1] = fields[i + 1]
    end
  end
  return own
end

-- The fields and values with which an entry of a segment is held at a place.
local function held_form(fields, place)
  local kept = original(fields)
  local id = added(fields, '@id')
  if parked_from_segment(place) then
    for i = 1, #kept, 2 do
      kept[i] = string.sub(kept[i], 1, 1) == '@' and '@' .. kept[i] or kept[i]
    end
    if id then
      kept[#kept + 1] = '@id'
      kept[#kept + 1] = id
    end
  end
  return kept
end
