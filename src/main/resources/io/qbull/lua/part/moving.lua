-- Why the owner must not move jobs away; nil if it may. The first arguments are owner, epoch and version of the resize.
local function refusal(lease, seal, moved)
  local known = redis.call('HMGET', lease, 'owner', 'epoch', 'expires')
  if known[1] ~= ARGV[1] or known[2] ~= ARGV[2] or known[3] == '0' then
    return {'fenced'}
  end
  local sealed = string.match(redis.call('GET', seal) or '', '^(%d+) %a+$')
  local last = tonumber(string.match(redis.call('GET', moved) or '', '^%d+$')) or 0
  if sealed ~= ARGV[3] or last >= tonumber(ARGV[3]) then
    return {'other'}
  end
end
