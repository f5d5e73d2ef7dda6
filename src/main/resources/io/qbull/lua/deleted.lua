-- Last step of deleting a queue, whose partitions are gone: deletes what belongs to all of it. A queue without the mark is another one by
-- the same name, and stays.
--
-- KEYS 5: layout, pods, sources, windows, closed windows
-- ARGV 0: none
-- Returns: {'done'} or {'absent'}
-- Epoch: none.
if not redis.call('HGET', KEYS[1], 'deleting') then
  return {'absent'}
end
redis.call('UNLINK', unpack(KEYS))
return {'done'}
