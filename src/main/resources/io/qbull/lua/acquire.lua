-- Acquires a lease that is free or expired, or that was handed over to this owner. A repeat by the same owner extends it under the
-- same epoch. 'expires' 0 shows that the previous lease was released, and a window of 0 that it was handed over and nothing was
-- started since. Both leave a wider window if suspects of an earlier crash are left. A repeat can no longer tell and answers
-- 'unknown', which callers treat like 'expired'. A lease that would expire later than its ttl allows was written before the clock went
-- back: it is cut.
--
-- KEYS 1: lease
-- ARGV 3: owner, ttl (ms), suspect window
-- Returns: {'granted', epoch, 'none' | 'released' | 'handed_over' | 'expired' | 'unknown', previous suspect window}
--          {'owned', owner, epoch, remaining (ms), '0', wanted}: another owner has it; at most cut
--          {'spent'}: this owner's lease was released before; nothing was changed
-- Epoch: sets it, above the last one and at least TIME in microseconds, so that it grows even if writes were lost.
local lease, owner, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old = redis.call('HMGET', lease, 'owner', 'epoch', 'expires', 'wanted', 'window', 'ttl')
local expires = tonumber(old[3] or '0')
local window = old[5] or '0'
local until_then = string.format('%.0f', now + ttl)

if old[1] == owner and expires == 0 then
  return {'spent'}
end
if old[1] == owner and expires > now then
  -- The jobs that this owner is about to start must be within the recorded window before its first renewal.
  local widest = math.max(tonumber(window), tonumber(ARGV[3]))
  redis.call('PERSIST', lease)
  redis.call('HSET', lease, 'expires', until_then, 'ttl', ARGV[2], 'window', string.format('%.0f', widest))
  return {'granted', old[2], old[5] == '0' and 'handed_over' or 'unknown', window}
end
if expires > now then
  local longest = tonumber(old[6] or '')
  if longest and expires - now > longest then
    expires = now + longest
    redis.call('PERSIST', lease)
    redis.call('HSET', lease, 'expires', string.format('%.0f', expires))
  end
  return {'owned', old[1], old[2], expires - now, '0', old[4] or ''}
end

local epoch = string.format('%.0f', math.max(tonumber(old[2] or '0') + 1, time[1] * 1000000 + time[2]))
local before = 'none'
if old[1] then
  before = expires == 0 and 'released' or old[5] == '0' and 'handed_over' or 'expired'
end
-- This owner may die before its first renewal, so a previous window that may contain a crash suspect is kept.
local remembered = math.max(tonumber(ARGV[3]), tonumber(window))
redis.call('PERSIST', lease)
redis.call('HSET', lease, 'owner', owner, 'epoch', epoch, 'expires', until_then, 'ttl', ARGV[2], 'wanted', '',
  'inflight', '0', 'window', string.format('%.0f', remembered))
return {'granted', epoch, before, window}
