-- Adds a person's requests about held jobs to the owner's inbox. Skips jobs that are no longer held.
--
-- KEYS 2: inbox, held jobs
-- ARGV 1 + 2n: verb, then key and place of each job
-- Returns: {'asked', then for each job the id of its request, or '' if it is no longer held}
-- Epoch: none; the owner carries the request out under its own.
-- Uses: held_members
redis.call('XLEN', KEYS[1])
local ids = {'asked'}
for i = 2, #ARGV, 2 do
  local key, place = ARGV[i], ARGV[i + 1]
  local known, line = pcall(line_of, tag_of(key), place)
  line = known and string.sub(line, 2) or '\0'
  -- As a job, or as the first of a bundle.
  local held = redis.call('ZLEXCOUNT', KEYS[2], '[j' .. line, '(j' .. line .. '\255')
    + redis.call('ZLEXCOUNT', KEYS[2], '[b' .. line, '(b' .. line .. '\255')
  ids[#ids + 1] = held > 0 and redis.call('XADD', KEYS[1], '*', 'verb', ARGV[1], 'key', key, 'place', place) or ''
end
return ids
