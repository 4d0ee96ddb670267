-- purpose: end a correction: set what MySQL has where nothing is in flight, and lift the fence
-- KEYS: 1 fences, 2 held, 3 releasing
-- ARGV: 1 owner, 2 key prefix (its hash tag is that of the KEYS), then SKU and value of each;
--       an empty value only lifts the fence
-- returns: of each SKU: 1 (set) or 0 (not: the fence was lost, or something is in flight)
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
local done = {}
for i = 3, #ARGV, 2 do
  local sku, value, set = ARGV[i], ARGV[i + 1], 0
  local fence = redis.call('HGET', KEYS[1], sku)
  local ends, owner
  if fence then
    ends, owner = string.match(fence, '^(%d+):(.*)$')
  end
  if owner == ARGV[1] then
    local busy = redis.call('HEXISTS', KEYS[2], sku) + redis.call('HEXISTS', KEYS[3], sku)
    if value ~= '' and busy == 0 and tonumber(ends) > now_ms then
      redis.call('SET', ARGV[2] .. ':stock:' .. sku, value)
      set = 1
    end
    redis.call('HDEL', KEYS[1], sku)
  end
  done[#done + 1] = set
end
return done
