# 每页页脚：本系统的承诺，持续核对。

proof-summary = { $all } 项承诺中 { $held } 项成立
proof-levels = 库存与流水一致
proof-reversals = 只变动一次，至多退回一次
proof-orders = 订单、明细与凭据一致
proof-reserved = 已占用等于未完成订单的数量
proof-payments = 每笔付款都有结果
proof-gate = 库存闸口与数据库一致
proof-held = 成立
proof-broken = 不成立
proof-not-yet = 尚未核对
proof-whole = （全部核对于 { $at }）
