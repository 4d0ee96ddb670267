# What needs a person, and the figures.

overview-title = 总览
# $at: a time of day.
overview-as-of = 截至 { $at }

needs-title = 需要处理
needs-nothing = 目前没有需要你处理的事项。
needs-incomplete = 部分内容加载失败。
needs-named = { $id }
needs-payments = 迟到付款
needs-operations = 操作
# $count chooses the form, $shown is the number as it is shown. $oldest: "18 min ago".
needs-cancels = { $count ->
       *[other] { $shown } 笔取消在等待支付网关，最早的始于 { $oldest }
    }
needs-late-payments = { $count ->
       *[other] { $shown } 笔迟到款项等待处理
    }
needs-out = { $count ->
       *[other] { $shown } 个 SKU 已售罄
    }
needs-low = { $count ->
       *[other] { $shown } 个 SKU 库存偏低
    }
needs-due-soon = { $count ->
       *[other] { $shown } 个订单将在 5 分钟内到期或已到期
    }
needs-differences = { $count ->
       *[other] 闸口与数据库有 { $shown } 处差异
    }
# $at: a time of day.
needs-run = { $count ->
       *[other] { $at } 的对账有 { $shown } 处差异
    }
# $promise: one of proof-*.
needs-promise = { $count ->
        [1] 有一项承诺不成立：{ $promise }
       *[other] 有一项承诺不成立（{ $count } 处）：{ $promise }
    }
needs-requests = { $count ->
       *[other] { $shown } 份草稿等待主管确认
    }

figure-unknown = 加载失败
figure-pending = 待支付订单
figure-moves = 最近一小时变动
# For those who cannot see the line.
figure-moves-line = 最近一小时每分钟变动：最多 { $most }
figure-corrections = 今日更正
figure-people = 共 { $people } 人

latest-title = 最近更正
latest-none = 暂无更正，有人确认后会出现。
latest-more = 另有 { $count } 项
latest-all = 全部

hours-title = 最近 24 小时每小时变动
# $hour: a time of day, the beginning of that hour.
hours-most = 每小时最多 { $most } 笔，自 { $hour } 起的一小时。
hours-none = 最近 24 小时没有变动。
