-- Looks at leases of one server. Changes nothing.
--
-- KEYS n: leases
-- ARGV 0: none
-- Returns: for each lease {owner, epoch, remaining (ms, 0 when free), released ('1' or '0'), wanted}; empty texts when unknown
-- Epoch: none; reads only.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sights = {}
for i, key in ipairs(KEYS) do
  local lease = redis.call('HMGET', key, 'owner', 'epoch', 'expires', 'wanted')
  local remaining = math.max(tonumber(lease[3] or '0') - now, 0)
  sights[i] = {lease[1] or '', lease[2] or '', remaining, lease[3] == '0' and '1' or '0', lease[4] or ''}
end
return sights
