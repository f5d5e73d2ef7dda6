-- Reads, for a resize, how far partitions are. Changes nothing.
--
-- KEYS 7n: for each partition seal, started, moved, stream, staged, held jobs, delayed
-- ARGV 0: none
-- Returns: for each partition {seal, started, moved (each empty if it is missing), entries in the stream, held jobs, delayed jobs, segments}
-- Epoch: none; reads only.
-- Uses: held_members
local states = {}
for at = 1, #KEYS, 7 do
  local seal, started, moved, stream, staged, held, delayed = unpack(KEYS, at, at + 6)
  states[#states + 1] = {
    redis.call('GET', seal) or '',
    redis.call('GET', started) or '',
    redis.call('GET', moved) or '',
    redis.call('XLEN', stream),
    redis.call('ZCARD', held) + (BUNDLE - 1) * redis.call('ZLEXCOUNT', held, '[b', '(c'),
    redis.call('ZCARD', delayed),
    redis.call('HKEYS', staged)
  }
end
return states
