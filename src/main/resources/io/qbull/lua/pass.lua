-- Passes requests about held jobs on to the owner of the partition to which these have moved. Works when Redis is full.
--
-- KEYS 2: lease, inbox
-- ARGV 1 + 3n: segment with which the jobs came ('version:partition'), then verb, key and place of each request
-- Returns: {'done'}
-- Epoch: none; a request that comes again finds another first job at the place that it names.
redis.call('XLEN', KEYS[2])
redis.call('PERSIST', KEYS[1])
for i = 2, #ARGV, 3 do
  redis.call('XADD', KEYS[2], '*', 'verb', ARGV[i], 'key', ARGV[i + 1], 'place', ARGV[i + 2], 'from', ARGV[1])
end
return {'done'}
