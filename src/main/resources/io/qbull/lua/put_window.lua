-- Writes the open collection window of a key, unless it has changed since the caller read it.
--
-- KEYS 1: windows
-- ARGV 3: key, SHA-1 of the state that the caller read (empty = there was no window), new state
-- Returns: 1 if the window has the new state now, 0 if it has another one
-- Epoch: none; compare-and-set on the state. A repeat finds the new state and returns 1.
local state = redis.call('HGET', KEYS[1], ARGV[1])
if state ~= ARGV[3] then
  if (state and redis.sha1hex(state) or '') ~= ARGV[2] then
    return 0
  end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
