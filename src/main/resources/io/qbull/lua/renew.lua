-- Renews leases of one server, each on its own. Does not revive a released lease. A key that is not a hash is a lost lease.
--
-- KEYS n: leases
-- ARGV 1 + 7n: ttl (ms), then for each lease owner, epoch, suspect window, inflight, declined (the hand-over request to clear, or
--   empty), doing (why the partition stands still, or empty), done (how many jobs have ended under it)
-- Returns: for each lease {'renewed', wanted} or {'lost'}; a lost one was not changed
-- Epoch: owner and epoch of each lease must be equal, and the lease not released.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expires = string.format('%.0f', now + tonumber(ARGV[1]))

local leases = {}
for i, key in ipairs(KEYS) do
  leases[i] = redis.pcall('HMGET', key, 'owner', 'epoch', 'expires', 'wanted', 'doing')
  if leases[i].err and not string.find(leases[i].err, 'WRONGTYPE', 1, true) then
    return leases[i]
  end
end

-- Redis allows this first write when it is full, and then the others too.
redis.call('PERSIST', KEYS[1])
local answers = {}
for i, key in ipairs(KEYS) do
  local lease, at = leases[i], 2 + (i - 1) * 7
  if lease[1] == ARGV[at] and lease[2] == ARGV[at + 1] and lease[3] ~= '0' then
    local wanted = lease[4] or ''
    if wanted == ARGV[at + 4] then
      wanted = ''
    end
    redis.call('HSET', key, 'expires', expires, 'ttl', ARGV[1], 'window', ARGV[at + 2], 'inflight', ARGV[at + 3], 'wanted',
      wanted)
    local doing = ARGV[at + 5]
    if doing ~= '' or (lease[5] or '') ~= '' then
      redis.call('HSET', key, 'doing', doing ~= '' and ARGV[at + 1] .. ' ' .. string.format('%.0f', now) .. ' ' .. doing or '')
    end
    if ARGV[at + 6] ~= '0' then
      redis.call('HSET', key, 'done', ARGV[at + 1] .. ' ' .. ARGV[at + 6])
    end
    answers[i] = {'renewed', wanted}
  else
    answers[i] = {'lost'}
  end
end
return answers
