-- Reads, for a resize, how far partitions are. Changes nothing.
--
-- KEYS 8n: for each partition seal, started, moved, stream, staged, held jobs, delayed, delayed jobs
-- ARGV 0: none
-- Returns: for each partition {seal, started, moved (each empty if it is missing), entries in the stream, held jobs, delayed jobs, bytes
--   in Redis that these take, segments}
-- Epoch: none; reads only.
-- Uses: held_members
local states = {}
for at = 1, #KEYS, 8 do
  local seal, started, moved, stream, staged, held, delayed, waiting = unpack(KEYS, at, at + 7)
  local bytes = 0
  for _, key in ipairs({stream, held, waiting}) do
    -- Without the right to ask, the bytes are not known: it is a forecast only.
    local used = redis.pcall('MEMORY', 'USAGE', key)
    bytes = bytes + (type(used) == 'number' and used or 0)
  end
  states[#states + 1] = {
    redis.call('GET', seal) or '',
    redis.call('GET', started) or '',
    redis.call('GET', moved) or '',
    redis.call('XLEN', stream),
    redis.call('ZCARD', held) + (BUNDLE - 1) * redis.call('ZLEXCOUNT', held, '[b', '(c'),
    redis.call('ZCARD', delayed),
    bytes,
    redis.call('HKEYS', staged)
  }
end
return states
