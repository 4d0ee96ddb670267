-- purpose: read what the gate believes of SKUs, at one moment
-- KEYS: 1 held, 2 releasing, then the stock key of each SKU
-- ARGV: the SKUs
-- returns: of each SKU three numbers or nil: value (nil: not loaded), held units, releases
local state = {}
for i = 1, #ARGV do
  state[#state + 1] = redis.call('GET', KEYS[2 + i])
  state[#state + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or '0'
  state[#state + 1] = redis.call('HGET', KEYS[2], ARGV[i]) or '0'
end
return state
