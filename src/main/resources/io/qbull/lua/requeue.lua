-- Puts dead letters back at the end of their partition's stream.
-- They become the entries that they were, without what their burial added: from the last field 'reason' on. Their places are
-- new, so their attempts count anew; ids seen are not asked. When Redis is full nothing is done: the first write is one that
-- it refuses.
--
-- KEYS 2: dead, stream
-- ARGV n: stream ids of dead letters, in the order in which they are to run
-- Returns: {'done', moved, not movable: no dead letters of ours, or too many fields for one command}; those missing in the
--   sum were gone
-- Epoch: none; a job at the end of the stream is in nobody's hands yet.
local moved, unfit = 0, 0
for _, id in ipairs(ARGV) do
  local letter = redis.call('XRANGE', KEYS[1], id, id)[1]
  local fields, last = letter and letter[2] or {}, 0
  for i = 1, #fields, 2 do
    if fields[i] == 'reason' then
      last = i - 1
    end
  end
  local job = {unpack(fields, 1, last)}
  if last == 2 and job[1] == 'fields' then
    -- How an entry with very many fields was kept.
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
