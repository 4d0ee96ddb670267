-- purpose: list marks in flight that nobody will end: of instances that are gone, or too old
-- KEYS: 1 inflight
-- ARGV: 1 age ms after which a mark is stale whoever made it, then the living instances
-- returns: mark, and the SKUs of its lines, of each (a mark, the number of SKUs, the SKUs)
local clock = redis.call('TIME')
local now_ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
local alive = {}
for i = 2, #ARGV do alive[ARGV[i]] = true end
local stale = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local packed = cmsgpack.unpack(all[i + 1])
  if not alive[packed[1]] or now_ms - packed[2] > tonumber(ARGV[1]) then
    stale[#stale + 1] = all[i]
    stale[#stale + 1] = tostring((#packed - 2) / 2)
    for j = 3, #packed, 2 do stale[#stale + 1] = packed[j] end
  end
end
return stale
