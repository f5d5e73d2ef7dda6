-- Reads leases of one server, each on its own. Changes nothing.
--
-- KEYS n: leases
-- ARGV 0: none
-- Returns: for each lease {owner, epoch, remaining (ms; 0 = free), released ('1' or '0'), wanted}, with empty texts for what is
--   unknown; {'unreadable'} for a key that is not a hash, or whose expiry is not a number
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local views = {}
for i, key in ipairs(KEYS) do
  local lease = redis.pcall('HMGET', key, 'owner', 'epoch', 'expires', 'wanted')
  if lease.err and not string.find(lease.err, 'WRONGTYPE', 1, true) then
    return lease
  end
  local expires = not lease.err and tonumber(lease[3] or '0')
  if expires then
    views[i] = {lease[1] or '', lease[2] or '', math.max(expires - now, 0), lease[3] == '0' and '1' or '0', lease[4] or ''}
  else
    views[i] = {'unreadable'}
  end
end
return views
