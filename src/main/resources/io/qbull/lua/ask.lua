-- Adds a person's requests about held jobs to the owner's inbox. Skips jobs that are no longer held.
--
-- KEYS 2: inbox, held order
-- ARGV 1 + 2n: verb, then key and place of each job
-- Returns: {'asked', then for each job the id of its request, or '' if it is no longer held}
-- Epoch: none; the owner carries the request out under its own.
redis.call('XLEN', KEYS[1])
local ids = {'asked'}
for i = 2, #ARGV, 2 do
  local key, place = ARGV[i], ARGV[i + 1]
  local held = redis.call('ZSCORE', KEYS[2], redis.sha1hex(key) .. place)
  ids[#ids + 1] = held and redis.call('XADD', KEYS[1], '*', 'verb', ARGV[1], 'key', key, 'place', place) or ''
end
return ids
