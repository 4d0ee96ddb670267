# Orders.

order-gateway = 支付网关
# $at: a time of day.
order-asked = 询问于 { $at }
order-unknown = 没有订单 { $order }，未做任何更改。
