-- Takes a lease that is free or expired, or that was handed over to this owner. A repeat by the same owner extends it under the
-- same epoch. How the lease before ended is told by 'expires' 0 for a release, and by a window of 0 for a hand-over under which
-- nothing was started yet; a repeat can no longer tell and answers 'unknown', to be treated like 'expired'.
--
-- KEYS 1: lease
-- ARGV 3: owner, ttl (ms), window
-- Returns: {'granted', epoch, 'none' | 'released' | 'handed_over' | 'expired' | 'unknown', window before}
--          {'held', owner, epoch, remaining (ms), '0', wanted}, where nothing was changed
--          {'spent'}: this owner's lease was released, nothing was changed
-- Epoch: sets it, above the last one and at least TIME in microseconds, so that it also grows over lost writes.
local lease, owner, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old = redis.call('HMGET', lease, 'owner', 'epoch', 'expires', 'wanted', 'window')
local expires = tonumber(old[3] or '0')
local window = old[5] or '0'
local until_then = string.format('%.0f', now + ttl)

if old[1] == owner and expires == 0 then
  return {'spent'}
end
if old[1] == owner and expires > now then
  -- What this owner is about to start must be on record before its first renewal.
  local widest = math.max(tonumber(window), tonumber(ARGV[3]))
  redis.call('PERSIST', lease)
  redis.call('HSET', lease, 'expires', until_then, 'window', string.format('%.0f', widest))
  return {'granted', old[2], old[5] == '0' and 'handed_over' or 'unknown', window}
end
if expires > now then
  return {'held', old[1], old[2], expires - now, '0', old[4] or ''}
end

local epoch = string.format('%.0f', math.max(tonumber(old[2] or '0') + 1, time[1] * 1000000 + time[2]))
local before = 'none'
if old[1] then
  before = expires == 0 and 'released' or old[5] == '0' and 'handed_over' or 'expired'
end
-- Until its first renewal nobody knows whether this owner lives: a window of before that may hide a crash suspect stays.
local remembered = tonumber(ARGV[3])
if before == 'expired' then
  remembered = math.max(remembered, tonumber(window))
end
redis.call('PERSIST', lease)
redis.call('HSET', lease, 'owner', owner, 'epoch', epoch, 'expires', until_then, 'wanted', '', 'inflight', '0',
  'window', string.format('%.0f', remembered))
return {'granted', epoch, before, window}
