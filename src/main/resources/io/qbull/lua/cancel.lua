-- Removes the delayed jobs with an id, so that they never run, and forgets the id, so that it is taken again.
--
-- KEYS 4: delayed, delayed jobs, delayed ids, seen
-- ARGV 1: job id
-- Returns: {'cancelled', how many}; 0 = no job with that id waits, and nothing was changed
-- Epoch: none; a job waits here until it is promoted or cancelled, each by one script, so never both.
local delayed, jobs, ids, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local members = redis.call('HGET', ids, ARGV[1])
if not members then
  return {'cancelled', 0}
end
redis.call('ZCARD', delayed)
redis.call('HLEN', jobs)
redis.call('ZCARD', seen)
redis.call('HDEL', ids, ARGV[1])
local count = 0
for member in string.gmatch(members, '%S+') do
  redis.call('HDEL', jobs, member)
  count = count + redis.call('ZREM', delayed, member)
end
redis.call('ZREM', seen, ARGV[1])
return {'cancelled', count}
