-- purpose: stop new claims and releases of SKUs for a correction, and tell what is in flight
-- KEYS: 1 fences, 2 held, 3 releasing
-- ARGV: 1 owner, 2 lease ms, then the SKUs
-- returns: of each SKU: -1 (another owner fences it), else how much of it is in flight
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
local mine = string.format('%d:%s', now_ms + ARGV[2], ARGV[1])
local states = {}
for i = 3, #ARGV do
  local fence = redis.call('HGET', KEYS[1], ARGV[i])
  local ends, owner = 0, ARGV[1]
  if fence then
    ends, owner = string.match(fence, '^(%d+):(.*)$')
  end
  if owner ~= ARGV[1] and tonumber(ends) > now_ms then
    states[#states + 1] = -1
  else
    redis.call('HSET', KEYS[1], ARGV[i], mine)
    local held = redis.call('HGET', KEYS[2], ARGV[i]) or 0
    local releasing = redis.call('HGET', KEYS[3], ARGV[i]) or 0
    states[#states + 1] = tonumber(held) + tonumber(releasing)
  end
end
return states
