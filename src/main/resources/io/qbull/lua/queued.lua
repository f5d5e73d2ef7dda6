-- Says whether a job of a key may still run: it is in the stream, or it may be among the held jobs of the key.
--
-- KEYS 2: stream, held
-- ARGV 1 + n: key, then stream ids of its jobs
-- Returns: 1 if the key is held or one of the jobs is in the stream, else 0
-- Epoch: none; reads only.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  return 1
end
for i = 2, #ARGV do
  if #redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i]) > 0 then
    return 1
  end
end
return 0
