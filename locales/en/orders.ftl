# Orders.

order-gateway = Payment gateway
# $at: a time of day.
order-asked = asked { $at }
order-unknown = There is no order { $order }. Nothing was changed.
