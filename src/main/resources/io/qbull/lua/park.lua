-- Moves jobs out of one stream of the log, behind the first job of their held key. Skips jobs that have already left the stream. Refuses when
-- Redis is full, or when the held jobs use as much memory as they may. The repeat of an attempt without an answer is never refused,
-- because a refusal would not tell whether that attempt was carried out, or prevent it.
--
-- KEYS 6: lease, stream, held, held jobs, attempts, started
-- ARGV 4 + 2n: owner, epoch, partition, most bytes of held jobs, each at least 4 kB (empty in a repeat), then name of the entry and key of each job
-- Returns: {'done'}; {'full'} or {'fenced'}: nothing was changed
-- Epoch: owner and epoch must be equal, and the lease not released.
-- Uses: held_members, staged_entries
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
  local name, key, id = ARGV[i], ARGV[i + 1], id_in_stream(ARGV[i])
  local found = not known[name] and redis.call('XRANGE', stream, id, id)[1]
  if found then
    known[name] = true
    local moved, place = in_segment(name), place_of(started, name, ARGV[3])
    local fields = moved and held_form(found[2], place) or found[2]
    if not waiting[key] then
      keys[#keys + 1] = key
      waiting[key] = {}
    end
    table.insert(waiting[key], {
      id = id,
      name = name,
      place = place,
      contents = packed(fields),
      counted = attempted and redis.call('HGET', attempts, name) or moved and added(found[2], '@at')
    })
  end
end

redis.call('PERSIST', KEYS[1])
-- Tried before the first change, so that a missing right does not leave a job in both places.
redis.call('ZADD', jobs, 'XX', 0, '')
redis.call('HSETNX', KEYS[1], 'owner', '')
redis.call('XDEL', stream, '0-0')
redis.call('HDEL', attempts, '')
redis.call('HSET', KEYS[1], 'epoch', lease[2])

local function moved(job)
  redis.call('XDEL', stream, job.id)
  if job.counted then
    redis.call('HSET', attempts, job.place, job.counted)
    redis.call('HDEL', attempts, job.name)
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
