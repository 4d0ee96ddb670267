-- purpose: mark units that a commit is about to give back, so that a correction waits for them
-- KEYS: 1 inflight, 2 releasing, 3 fences
-- ARGV: 1 mark (never used before), 2 instance, then sku and units of each line
-- returns: {'applied'} | {'fenced'}
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
for i = 3, #ARGV, 2 do
  local fence = redis.call('HGET', KEYS[3], ARGV[i])
  if fence and tonumber(string.match(fence, '^%d+')) > now_ms then
    return { 'fenced' }
  end
end

local packed = { ARGV[2], now_ms }
for i = 3, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[2], ARGV[i], 1)
  packed[#packed + 1] = ARGV[i]
  packed[#packed + 1] = -tonumber(ARGV[i + 1])
end
redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(packed))
return { 'applied' }
