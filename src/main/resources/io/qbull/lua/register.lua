-- Registers a pod. Reads no entry but the pod's own, so that it costs the same however many pods there are. The answer contains the
-- entries of all pods only if the caller asks for them or if their number has changed; it is up to the caller to judge them.
--
-- KEYS 1: pods
-- ARGV 6: pod, its capacity (members of JSON), partitions that it owns (comma-separated, may be empty), staleAfter (ms), name of the
--   process, number of entries that the caller knows (empty = it asks for all entries)
-- Returns: {'same', twin of this pod (may be empty)}
--          {'pods', number of entries, twin, time (ms), {pod, entry (JSON), ...}}: the entries as they were before this call
-- Epoch: none; a hint for the balancer that proves no ownership.
local pods, pod, process = KEYS[1], ARGV[1], cjson.encode(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mine = redis.call('HGET', pods, pod) or ''
redis.call('PERSIST', pods)

local function text_of(value)
  return type(value) == 'string' and value or ''
end

-- When the pod was first seen, and who wrote its entry. An entry that this process wrote, with no twin, is not decoded: it lists all
-- partitions that the pod owns.
local at = string.find(mine, '"started":', 1, true)
local started, seen, ttl, writer = string.match(mine, '^"started":(%d+),"seen":(%d+),"ttl":(%d+),(.*)}$', at or 1)
local prefix, twin = '"process":' .. process .. ',"before":', ''
if not started or string.sub(writer, 1, #prefix) ~= prefix or string.find(writer, '"twin":', 1, true)
    or seen + ttl < now then
  local readable, value = pcall(cjson.decode, mine)
  local last = readable and type(value) == 'table' and tonumber(value.seen)
  -- The process that had written the entry before this one took it over; another one that writes it, too, and when that was seen.
  local before, met = '', 0
  started = now
  if last and math.min(last, now) + (tonumber(value.ttl) or tonumber(ARGV[4])) >= now then
    started = tonumber(value.started) or now
    before, twin, met = text_of(value.before), text_of(value.twin), math.min(tonumber(value.met) or 0, now)
    local other = text_of(value.process)
    if other ~= ARGV[5] then
      -- A process that was restarted takes over an entry, too, but the one before it never comes back.
      if before == ARGV[5] then
        twin, met = other, now
      end
      before = other
    end
  end
  writer = prefix .. cjson.encode(before)
  if twin ~= '' and met + 4 * tonumber(ARGV[4]) >= now then
    writer = writer .. string.format(',"twin":%s,"met":%.0f', cjson.encode(twin), met)
  else
    twin = ''
  end
  started = string.format('%.0f', started)
end
-- Read before the first change, so that a missing right leaves nothing half done.
local count = tostring(redis.call('HLEN', pods) + (mine == '' and 1 or 0))
local entries = count ~= ARGV[6] and redis.call('HGETALL', pods)
-- Formatted by hand, because cjson writes an empty list as an object.
redis.call('HSET', pods, pod, '{"partitions":[' .. ARGV[3] .. '],' .. ARGV[2] .. ',"started":' .. started .. ',"seen":'
  .. string.format('%.0f', now) .. ',"ttl":' .. ARGV[4] .. ',' .. writer .. '}')
if not entries then
  return {'same', twin}
end
return {'pods', count, twin, string.format('%.0f', now), entries}
