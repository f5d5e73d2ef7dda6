-- Members of the sorted set of held jobs. A member is one job ('j') or a bundle ('b'): BUNDLE small jobs of a key that follow each other,
-- with the place of the first. So the jobs are counted: members + (BUNDLE - 1) * bundles. After the letter come the SHA-1 of the key
-- (20 bytes), the place, a zero byte, and as MessagePack the fields and values of the entry; in a bundle the stream id of each job,
-- followed by its fields and values. Usual names of fields are numbers.
--
-- As a text, a place is the layout version, the stream id and the partition, padded so that it sorts as text; if the stream is a segment, the
-- partition from which it came and, behind a dot, that where it was. In a member each number but the partition is its digits behind a byte
-- that says how many, which sorts in the same way.
local BUNDLE = 8
local NAMES = {'id', 'key', 'ts', 'body', 'ct', 'h', 'job'}
local NUMBERS = {id = 1, key = 2, ts = 3, body = 4, ct = 5, h = 6, job = 7}

local function binary(hex)
  local function four(from)
    return tonumber(string.sub(hex, from, from + 7), 16)
  end
  return struct.pack('>I4I4I4I4I4', four(1), four(9), four(17), four(25), four(33))
end

local function tag_of(key)
  return binary(redis.sha1hex(key))
end

local function padded(ms, seq)
  return string.rep('0', 20 - #ms) .. ms .. '-' .. string.rep('0', 20 - #seq) .. seq
end

-- The place of an entry that is held from now on; 'started' is the newest layout version whose jobs may run. An entry of a segment comes
-- behind what was held before it moved, and before what is added by the layout for which it moved.
local function place_of(started, name, partition)
  local to, source, id = string.match(name, '^(%d+):(%d+)/(.+)$')
  local version = to and string.format('%d', to - 1) or string.match(started or '', '^%d+$') or '1'
  return string.rep('0', 10 - #version) .. version .. (to and ';' or ':') .. padded(string.match(id or name, '^(%d+)%-(%d+)$')) .. ':'
    .. (source and source .. '.' .. partition or partition)
end

-- What a job's member begins with. No other member does.
local function line_of(tag, place)
  local version, mark, ms, seq, partition = string.match(place, '^0*(%d+)([:;])0*(%d+)%-0*(%d+)(:[%d.]+)$')
  return 'j' .. tag .. string.char(#version) .. version .. mark .. string.char(#ms) .. ms .. string.char(#seq) .. seq .. partition .. '\0'
end

-- The part of a member that says where it belongs.
local function line_in(member)
  return string.sub(member, 1, string.find(member, '\0', 22, true))
end

-- The fields and values of an entry as they are in a member.
local function packed(fields)
  local short = {}
  for i, text in ipairs(fields) do
    short[i] = i % 2 == 1 and NUMBERS[text] or text
  end
  return cmsgpack.pack(short)
end

local function unpacked(fields)
  for i = 1, #fields, 2 do
    fields[i] = NAMES[fields[i]] or fields[i]
  end
  return fields
end

-- Place and stream id of a member's first job.
local function place_in(member)
  local version, mark, ms, seq, partition = string.match(member, '^%c(%d+)([:;])%c(%d+)%c(%d+)(:[%d.]+)%z', 22)
  return string.rep('0', 10 - #version) .. version .. mark .. padded(ms, seq) .. partition, ms .. '-' .. seq
end

-- The jobs of a member, each with 'place', 'id', 'fields' and, as they are in a member, 'contents'.
local function jobs_in(member)
  local place, id = place_in(member)
  local contents = string.sub(member, #line_in(member) + 1)
  if string.sub(member, 1, 1) == 'j' then
    return {{place = place, id = id, fields = unpacked(cmsgpack.unpack(contents)), contents = contents}}
  end
  local jobs, at = {}, 0
  while at >= 0 do
    local from, own = cmsgpack.unpack_one(contents, at)
    local to, fields = cmsgpack.unpack_one(contents, from)
    jobs[#jobs + 1] = {
      place = string.sub(place, 1, 11) .. padded(string.match(own, '^(%d+)%-(%d+)$')) .. string.sub(place, 53),
      id = own,
      fields = unpacked(fields),
      contents = string.sub(contents, from + 1, to)
    }
    at = to
  end
  return jobs
end
