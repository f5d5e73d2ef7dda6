-- Moves jobs out of the stream, behind the first job of their held key. Skips jobs that have already left the stream. Refuses when
-- Redis is full, or when the held jobs use as much memory as they may. The repeat of an attempt without an answer is never refused,
-- because a refusal would not tell whether that attempt was carried out, or prevent it.
--
-- KEYS 7: lease, stream, held, held order, held jobs, attempts, started
-- ARGV 4 + 2n: owner, epoch, partition, most bytes of held jobs, each at least 4 kB (empty in a repeat), then stream id and key of each job
-- Returns: {'done'}; {'full'} or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, held, order, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local version = string.match(redis.call('GET', KEYS[7]) or '', '^%d+$') or '1'
version = string.rep('0', 10 - #version) .. version
local attempted = redis.call('EXISTS', attempts) == 1
-- These fail here, before the first write, if one of the keys has another type.
redis.call('HLEN', held)
redis.call('HLEN', jobs)
redis.call('ZCARD', order)
if ARGV[4] ~= '' then
  local bytes = 0
  for _, key in ipairs({jobs, order}) do
    -- Without the right to ask, the number alone counts: an error would lead to a repeat, which knows no limit.
    local used = redis.pcall('MEMORY', 'USAGE', key)
    bytes = bytes + (type(used) == 'number' and used or 0)
  end
  -- A small job needs several times its bytes in the stream, so there must be few.
  if math.max(bytes, 4096 * redis.call('ZCARD', order)) >= tonumber(ARGV[4]) then
    return {'full'}
  end
  -- Writes what is there already. A full Redis refuses it.
  local tried = redis.pcall('HSET', KEYS[1], 'epoch', lease[2])
  if type(tried) == 'table' and tried.err then
    return string.find(tried.err, 'OOM', 1, true) and {'full'} or tried
  end
end
redis.call('PERSIST', KEYS[1])
-- Tried before the first change, HSET, so that a missing right does not leave a job in both places.
redis.call('ZADD', order, 'XX', 0, '')
redis.call('HSETNX', KEYS[1], 'owner', '')
redis.call('XDEL', stream, '0-0')
if attempted then
  redis.call('HDEL', attempts, '')
end
for i = 5, #ARGV, 2 do
  local id, key = ARGV[i], ARGV[i + 1]
  local found = redis.call('XRANGE', stream, id, id)
  if #found == 1 then
    local counted = attempted and redis.call('HGET', attempts, id)
    local ms, seq = string.match(id, '^(%d+)%-(%d+)$')
    local place = version .. ':' .. string.rep('0', 20 - #ms) .. ms .. '-' .. string.rep('0', 20 - #seq) .. seq .. ':'
      .. ARGV[3]
    redis.call('HSET', jobs, place, cmsgpack.pack({id, found[1][2]}))
    redis.call('ZADD', order, 0, redis.sha1hex(key) .. place)
    redis.call('HSETNX', held, key, '0 0 0 ')
    redis.call('XDEL', stream, id)
    if counted then
      redis.call('HSET', attempts, place, counted)
      redis.call('HDEL', attempts, id)
    end
  end
end
return {'done'}
