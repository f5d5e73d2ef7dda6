-- Notes that a source has progress in a partition, so that a later reading of the source finds it without asking all partitions.
--
-- KEYS 1: partitions of the source
-- ARGV 2: lifetime of the note (ms), partition
-- Returns: number of partitions that were not noted before: 0 or 1
-- Epoch: none; a note that is in vain costs a later reading one question.
-- Tried before the first change, so that a missing right leaves nothing half done.
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local added = redis.call('SADD', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return added
