-- Reads leases of one server, each on its own. A lease that would expire later than its ttl allows was written before the clock went
-- back: it is cut, or its partition would wait until the clock is where it was. Changes nothing else.
--
-- KEYS n: leases
-- ARGV 0: none
-- Returns: for each lease {owner, epoch, remaining (ms; 0 = free), released ('1' or '0'), wanted}, with empty texts for what is
--   unknown; {'unreadable'} for a key that is not a hash, or whose expiry is not a number
-- Epoch: none; proves and changes no ownership.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local views = {}
for i, key in ipairs(KEYS) do
  local lease = redis.pcall('HMGET', key, 'owner', 'epoch', 'expires', 'wanted', 'ttl')
  if lease.err and not string.find(lease.err, 'WRONGTYPE', 1, true) then
    return lease
  end
  local expires = not lease.err and tonumber(lease[3] or '0')
  if expires then
    local longest = tonumber(lease[5] or '')
    if longest and expires - now > longest then
      expires = now + longest
      redis.call('PERSIST', key)
      redis.call('HSET', key, 'expires', string.format('%.0f', expires))
    end
    views[i] = {lease[1] or '', lease[2] or '', math.max(expires - now, 0), lease[3] == '0' and '1' or '0', lease[4] or ''}
  else
    views[i] = {'unreadable'}
  end
end
return views
