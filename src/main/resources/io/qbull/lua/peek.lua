-- Looks at leases of one server, each judged alone. Changes nothing.
--
-- KEYS n: leases
-- ARGV 0: none
-- Returns: for each lease {owner, epoch, remaining (ms, 0 when free), released ('1' or '0'), wanted}; empty texts when
--   unknown; {'unreadable'} for a key that is no hash, or expires at no number
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sights = {}
for i, key in ipairs(KEYS) do
  local lease = redis.pcall('HMGET', key, 'owner', 'epoch', 'expires', 'wanted')
  if lease.err and not string.find(lease.err, 'WRONGTYPE', 1, true) then
    return lease
  end
  local expires = not lease.err and tonumber(lease[3] or '0')
  if expires then
    sights[i] = {lease[1] or '', lease[2] or '', math.max(expires - now, 0), lease[3] == '0' and '1' or '0', lease[4] or ''}
  else
    sights[i] = {'unreadable'}
  end
end
return sights
