-- Moves jobs out of the stream, behind the first job of their held key. Skips jobs that have already left the stream. Refuses when
-- Redis is full, or when the held jobs use as much memory as they may. The repeat of an attempt without an answer is never refused,
-- because a refusal would not tell whether that attempt was carried out, or prevent it.
--
-- KEYS 6: lease, stream, held, held jobs, attempts, started
-- ARGV 4 + 2n: owner, epoch, partition, most bytes of held jobs, each at least 4 kB (empty in a repeat), then stream id and key of each job
-- Returns: {'done'}; {'full'} or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members
local lease = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'expires')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] or lease[3] == '0' then
  return {'fenced'}
end
local stream, held, jobs, attempts = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local started = redis.call('GET', KEYS[6])
local attempted = redis.call('EXISTS', attempts) == 1
-- These fail here, before the first write, if one of the keys has another type.
redis.call('HLEN', held)
local count = redis.call('ZCARD', jobs) + (BUNDLE - 1) * redis.call('ZLEXCOUNT', jobs, '[b', '(c')
if ARGV[4] ~= '' then
  local most = tonumber(ARGV[4])
  -- A small job needs more than its bytes in the stream, so there must be few.
  if 4096 * count >= most then
    return {'full'}
  end
  -- Without the right to ask, the number alone counts: an error would lead to a repeat, which knows no limit.
  local used = redis.pcall('MEMORY', 'USAGE', jobs, 'SAMPLES', 0)
  if type(used) == 'number' and used >= most then
    return {'full'}
  end
  -- Writes what is there already. A full Redis refuses it.
  local tried = redis.pcall('HSET', KEYS[1], 'epoch', lease[2])
  if type(tried) == 'table' and tried.err then
    return string.find(tried.err, 'OOM', 1, true) and {'full'} or tried
  end
end

local keys, waiting, known = {}, {}, {}
for i = 5, #ARGV, 2 do
  local id, key = ARGV[i], ARGV[i + 1]
  local found = not known[id] and redis.call('XRANGE', stream, id, id)[1]
  if found then
    known[id] = true
    if not waiting[key] then
      keys[#keys + 1] = key
      waiting[key] = {}
    end
    table.insert(waiting[key], {
      id = id,
      place = place_of(started, id, ARGV[3]),
      contents = packed(found[2]),
      counted = attempted and redis.call('HGET', attempts, id)
    })
  end
end

redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right does not leave a job in both places.
redis.call('ZADD', jobs, 'XX', 0, '')
redis.call('HSETNX', KEYS[1], 'owner', '')
redis.call('XDEL', stream, '0-0')
if attempted then
  redis.call('HDEL', attempts, '')
  redis.call('HSET', KEYS[1], 'epoch', lease[2])
end

local function moved(job)
  redis.call('XDEL', stream, job.id)
  if job.counted then
    redis.call('HSET', attempts, job.place, job.counted)
    redis.call('HDEL', attempts, job.id)
  end
end

for _, key in ipairs(keys) do
  local tag = tag_of(key)
  local bundle, contents, last = {}, {}, ''
  redis.call('HSETNX', held, key, '0 0 0 ')
  local function flush()
    if #bundle == BUNDLE then
      redis.call('ZADD', jobs, 0, 'b' .. string.sub(line_of(tag, bundle[1].place), 2) .. table.concat(contents))
    else
      for _, job in ipairs(bundle) do
        redis.call('ZADD', jobs, 0, line_of(tag, job.place) .. job.contents)
      end
    end
    for _, job in ipairs(bundle) do
      moved(job)
    end
    bundle, contents = {}, {}
  end
  for _, job in ipairs(waiting[key]) do
    local small = #job.contents <= 512
    -- Digits sort in the same way in every language.
    if not small or job.place <= last then
      flush()
    end
    bundle[#bundle + 1] = job
    contents[#contents + 1] = cmsgpack.pack(job.id) .. job.contents
    last = job.place
    if not small or #bundle == BUNDLE then
      flush()
    end
  end
  flush()
end
return {'done'}
