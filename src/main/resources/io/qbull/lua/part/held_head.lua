-- The first member between two bounds of a range, which lack the letter: a job, or a bundle that stands before all single jobs.
-- 'singles' replaces the lower bound for single jobs.
local function head(jobs, from, to, singles)
  local function bound(letter, text)
    return string.sub(text, 1, 1) .. letter .. string.sub(text, 2)
  end
  local low = bound('j', singles or from)
  local bundle = redis.call('ZRANGEBYLEX', jobs, bound('b', from), bound('b', to), 'LIMIT', 0, 1)[1]
  -- Redis compares, for Lua compares texts by the rules of a language.
  if bundle and redis.call('ZLEXCOUNT', jobs, low, '(j' .. string.sub(line_in(bundle), 2)) == 0 then
    return bundle
  end
  return redis.call('ZRANGEBYLEX', jobs, low, bound('j', to), 'LIMIT', 0, 1)[1]
end
