-- Moves the open collection window of a key to the closed ones, unless it has changed since the caller read it.
--
-- KEYS 2: windows, closed windows
-- ARGV 4: key, SHA-1 of the state that the caller read, name of the closed window, its state
-- Returns: 1 if this call moved the window, else 0
-- Epoch: none; compare-and-set on the state. A repeat finds no window and returns 0.
local state = redis.call('HGET', KEYS[1], ARGV[1])
if not state or redis.sha1hex(state) ~= ARGV[2] then
  return 0
end
-- Tried before the window is copied, so that it is never in both places. A full Redis refuses the first and would not refuse the second.
redis.call('HSETNX', KEYS[1], ARGV[1], '')
redis.call('HDEL', KEYS[2], '')
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
