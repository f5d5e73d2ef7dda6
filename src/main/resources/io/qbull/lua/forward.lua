-- Adds dead letters from another partition, whose keys belong here by the current layout, to the dead letters here.
-- What is not behind the last one that came from there by this layout is skipped, because an earlier call has added it. So callers send
-- all that go from there to here, in order. When Redis is full nothing is done, because Redis refuses the first write.
--
-- KEYS 3: seal, dead, letters
-- ARGV 2 + n: layout version, the other partition, then for each dead letter its stream id there, the number of its fields and values,
--   these
-- Returns: {'done', how many}; {'layout'}: the partition takes no jobs for that version; nothing was changed
-- Epoch: none; the seal tells what is late, and within a version the last one.
if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ' open' then
  return {'layout'}
end
local dead, letters = KEYS[2], KEYS[3]
local version, ms, seq = string.match(redis.call('HGET', letters, ARGV[2]) or '', '^(%d+) (%d+)%-(%d+)$')
if version ~= ARGV[1] then
  ms, seq = '0', '0'
end
redis.call('XLEN', dead)

-- Whether an id is behind the last one. Its numbers are compared as texts of the same length: they may be too large for Lua.
local function behind(id)
  local function padded(number)
    return string.rep('0', 20 - #number) .. number
  end
  local own_ms, own_seq = string.match(id, '^(%d+)%-(%d+)$')
  local own, last = padded(own_ms) .. padded(own_seq), padded(ms) .. padded(seq)
  return own > last
end

-- Tried before the first letter is added, because a repeat would add it again. Adds nothing, because no entry may have this id. Any other
-- error is raised.
if not string.find(redis.pcall('XADD', dead, '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', dead, '0-0', '', '')
end
redis.call('HSET', letters, ARGV[2], ARGV[1] .. ' ' .. ms .. '-' .. seq)
local at, added, last = 3, 0, nil
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  if behind(ARGV[at]) then
    redis.call('XADD', dead, '*', unpack(ARGV, at + 2, at + 1 + count))
    added, last = added + 1, ARGV[at]
  end
  at = at + 2 + count
end
if last then
  redis.call('HSET', letters, ARGV[2], ARGV[1] .. ' ' .. last)
end
return {'done', added}
