-- Asks the owner, for a person, to do something about held jobs. What is not held any more is not asked for.
--
-- KEYS 2: inbox, held order
-- ARGV 1 + 2n: verb, then for each job its key and its place
-- Returns: {'asked', id of the request or '' for each job}
-- Epoch: none; the owner carries it out under his.
redis.call('XLEN', KEYS[1])
local ids = {'asked'}
for i = 2, #ARGV, 2 do
  local key, place = ARGV[i], ARGV[i + 1]
  local held = redis.call('ZSCORE', KEYS[2], redis.sha1hex(key) .. place)
  ids[#ids + 1] = held and redis.call('XADD', KEYS[1], '*', 'verb', ARGV[1], 'key', key, 'place', place) or ''
end
return ids
