-- purpose: admit a document that takes units, or say why not; all of its lines, or none
-- KEYS: 1 doc mark, 2 inflight, 3 held, 4 fences, then the stock key of each line
-- ARGV: 1 fingerprint, 2 mark, 3 instance, 4 mark lifetime ms, then sku and units of each line
-- returns: {'applied', remaining of each line} | {'replay'} | {'mismatch'} | {'fenced'}
--          | {'unloaded', index of each line} | {'short', index and remaining of each line}
local fixed = 4
local lines = #KEYS - fixed

local seen = redis.call('GET', KEYS[1])
if seen then
  return { seen == ARGV[1] and 'replay' or 'mismatch' }
end

local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
if redis.call('EXISTS', KEYS[4]) == 1 then
  for i = 1, lines do
    local fence = redis.call('HGET', KEYS[4], ARGV[3 + 2 * i])
    if fence and tonumber(string.match(fence, '^%d+')) > now_ms then
      return { 'fenced' }
    end
  end
end

local unloaded, short, remaining = { 'unloaded' }, { 'short' }, { 'applied' }
for i = 1, lines do
  local units = tonumber(ARGV[4 + 2 * i])
  local value = redis.call('GET', KEYS[fixed + i])
  if not value then
    unloaded[#unloaded + 1] = i
  elseif value == '-1' then
    remaining[i + 1] = -1
  else
    local left = tonumber(value) - units
    if left < 0 then
      short[#short + 1] = i
      short[#short + 1] = tonumber(value)
    end
    remaining[i + 1] = left
  end
end
if #unloaded > 1 then return unloaded end
if #short > 1 then return short end

local packed = { ARGV[3], now_ms }
for i = 1, lines do
  local sku, units = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
  if remaining[i + 1] ~= -1 then
    redis.call('DECRBY', KEYS[fixed + i], units)
  end
  redis.call('HINCRBY', KEYS[3], sku, units)
  packed[#packed + 1] = sku
  packed[#packed + 1] = tonumber(units)
end
redis.call('HSET', KEYS[2], ARGV[2], cmsgpack.pack(packed))
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return remaining
