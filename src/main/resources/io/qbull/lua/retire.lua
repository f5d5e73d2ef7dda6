-- Lets the keys of a partition go that only earlier layouts have. Does so when nothing is left in it and nobody owns it: empty streams go
-- at once, the other keys when no call of a producer and no id of a job is remembered there any more. Whoever takes the partition into
-- use again writes them anew. Works when Redis is full.
--
-- KEYS 14: lease, seal, started, moved, stream, inbox, held jobs, delayed, staged, dead letters, seen, letters, attempts, rerouted
-- ARGV 2: layout version by which it retired, how long at least they stay (ms)
-- Returns: {'done'}
--          {'other'}: it is not retired by this version, is owned, or has jobs, requests or dead letters; nothing was changed
-- Epoch: none; nobody owns the partition.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expires = redis.call('HGET', KEYS[1], 'expires')
local moved = tonumber(string.match(redis.call('GET', KEYS[4]) or '', '^%d+$')) or 0
if redis.call('GET', KEYS[2]) ~= ARGV[1] .. ' closed' or moved < tonumber(ARGV[1]) or tonumber(expires or '0') > now then
  return {'other'}
elseif redis.call('XLEN', KEYS[5]) + redis.call('XLEN', KEYS[6]) + redis.call('ZCARD', KEYS[7]) + redis.call('ZCARD', KEYS[8])
    + redis.call('HLEN', KEYS[9]) + redis.call('XLEN', KEYS[10]) > 0 then
  return {'other'}
elseif redis.call('PTTL', KEYS[2]) >= 0 then
  return {'done'}
end
local last = redis.call('ZREVRANGEBYSCORE', KEYS[11], '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
local left = math.max(tonumber(ARGV[2]), tonumber(last[2] or '0') - now)
redis.call('PERSIST', KEYS[1])
-- An empty stream would take its time along to an entry that another program adds.
redis.call('DEL', KEYS[5], KEYS[6], KEYS[10])
-- What is seen has an end of its own. The seal is the last one: it says that this was done.
for _, i in ipairs({1, 3, 4, 12, 13, 14, 2}) do
  redis.call('PEXPIRE', KEYS[i], string.format('%.0f', left))
end
return {'done'}
