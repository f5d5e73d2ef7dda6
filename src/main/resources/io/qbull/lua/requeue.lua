-- Moves dead letters to the end of their partition's stream.
-- They become the entries that they were, without the fields that the burial added: from the last field 'reason' on. As new entries
-- their attempts count from zero. There is no deduplication. When Redis is full nothing is done, because Redis refuses the first
-- write.
--
-- KEYS 3: dead, stream, seal
-- ARGV 1 + n: version of the layout by which their keys belong here, then stream ids of dead letters, in the order in which they are to
--   run
-- Returns: {'done', moved, unfit: not buried by a pod, or too many fields for one command}; dead letters in neither number were
--   gone
--          {'layout'}: the partition takes no jobs for that version; nothing was changed
-- Epoch: none; no owner has read the end of the stream yet.
if redis.call('GET', KEYS[3]) ~= ARGV[1] .. ' open' then
  return {'layout'}
end
-- Adds nothing, because no entry may have this id. Any other error is raised: nothing can be added.
if not string.find(redis.pcall('XADD', KEYS[2], '0-0', '', '').err, '0-0', 1, true) then
  redis.call('XADD', KEYS[2], '0-0', '', '')
end
-- Tried before the first job is added, because a repeat would add it again if its dead letter stayed.
redis.call('XDEL', KEYS[1], '0-0')
local moved, unfit = 0, 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local letter = redis.call('XRANGE', KEYS[1], id, id)[1]
  local fields, last = letter and letter[2] or {}, 0
  for i = 1, #fields, 2 do
    if fields[i] == 'reason' then
      last = i - 1
    end
  end
  local job = {unpack(fields, 1, last)}
  if last == 2 and job[1] == 'fields' then
    -- The form in which an entry with very many fields was buried.
    local known, packed = pcall(cmsgpack.unpack, job[2])
    job = known and type(packed) == 'table' and #packed > 6000 and #packed % 2 == 0 and packed or job
  end
  if #job > 0 and #job < 7900 then
    redis.call('XADD', KEYS[2], '*', unpack(job))
    moved = moved + redis.call('XDEL', KEYS[1], id)
  elseif letter then
    unfit = unfit + 1
  end
end
return {'done', moved, unfit}
