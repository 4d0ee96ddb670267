-- purpose: end marks in flight, many at once, after MySQL decided; a mark ends once
-- KEYS: 1 inflight, 2 held, 3 releasing
-- ARGV: 1 key prefix (its hash tag is that of the KEYS), then mark and outcome of each:
--       done (MySQL did it), undo (MySQL did nothing), drop (in doubt: the SKUs get corrected)
-- returns: how many marks were ended
local function add(hash, sku, units)
  if redis.call('HINCRBY', hash, sku, units) <= 0 then
    redis.call('HDEL', hash, sku)
  end
end

local function give_back(sku, units)
  local key = ARGV[1] .. ':stock:' .. sku
  local value = redis.call('GET', key)
  if value and value ~= '-1' then
    redis.call('INCRBY', key, units)
  end
end

local ended = 0
for i = 2, #ARGV, 2 do
  local mark, outcome = ARGV[i], ARGV[i + 1]
  local raw = redis.call('HGET', KEYS[1], mark)
  if raw then
    local packed = cmsgpack.unpack(raw)
    for j = 3, #packed, 2 do
      local sku, units = packed[j], packed[j + 1]
      if units > 0 then
        add(KEYS[2], sku, -units)
        if outcome == 'undo' then give_back(sku, units) end
      else
        add(KEYS[3], sku, -1)
        if outcome == 'done' then give_back(sku, -units) end
      end
    end
    redis.call('HDEL', KEYS[1], mark)
    if outcome ~= 'done' then
      redis.call('DEL', ARGV[1] .. ':doc:' .. mark)
    end
    ended = ended + 1
  end
end
return ended
