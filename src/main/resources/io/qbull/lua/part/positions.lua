-- Whether the jobs of the version, the first argument, run already.
local function has_started(started)
  local newest = tonumber(string.match(redis.call('GET', started) or '', '^%d+$')) or 0
  return newest >= tonumber(ARGV[1])
end

-- Whether a position is behind another one; everything is behind an empty one. A position is a number and, behind a blank, a text that
-- sorts byte by byte: Lua compares texts by the rules of a language.
local function behind(position, last)
  local part, id = string.match(position, '^(%d+) (.*)$')
  local last_part, last_id = string.match(last, '^(%d+) (.*)$')
  if part ~= last_part then
    return tonumber(part) > tonumber(last_part or -1)
  end
  for i = 1, math.min(#id, #last_id) do
    local one, other = string.byte(id, i), string.byte(last_id, i)
    if one ~= other then
      return one > other
    end
  end
  return #id > #last_id
end
