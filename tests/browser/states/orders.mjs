// Cancelling an order, whatever the gateway says; and goods that come back.

import { confirm, press, submit } from '../forms.mjs';
import { cancelOrder, number, placeOrder } from '../goods.mjs';

export async function cancelling(stops) {
  const { at, see, supervisor, operator, order } = stops;
  await supervisor.goto(at(`${order}/cancel`));
  await see(supervisor, 'cancel');
  await submit(supervisor);
  await see(supervisor, 'cancel-422');
  await supervisor.check('#reason');
  await submit(supervisor);
  await see(supervisor, 'cancel-preview');
  await confirm(supervisor);
  await see(supervisor, 'cancel-receipt');
  await operator.goto(at(order));
  await see(operator, 'order-cancelled');
  await supervisor.goto(at(`${order}/cancel`));
  await see(supervisor, 'cancel-nothing-left');
  await silent(stops);
  await paid(stops);
  await several(stops);
}

// Checked on their list, and cancelled together. One gateway says nothing, one customer is paying, one order is
// cancelled by its shop.
async function several({ at, see, desk, shop, shelf, till, supervisor, viewer }) {
  const [item, form] = [shelf(), '/orders/cancel/several'];
  const orders = [];
  for (let n = 0; n < 4; n += 1) orders.push(await placeOrder(shop, item));
  await desk.sql(`UPDATE orders SET payment_state = 'paying' WHERE order_no = '${number(orders[1])}'`);
  const list = at(`/orders?sku=${encodeURIComponent(item.sku)}`);
  await supervisor.goto(list);
  const boxes = await supervisor.locator('main input[name=sel]').evaluateAll((all) => all.map((box) => box.value));
  for (const [n, order] of orders.entries()) {
    if (boxes.includes(number(order)) === (n === 1)) throw new Error(`${order}: ${boxes}`);
  }
  await supervisor.goto(`${list}&pay=paying`);
  await see(supervisor, 'orders-paying');
  await supervisor.goto(list);
  for (const order of orders.filter((_, n) => n !== 1)) await supervisor.check(`main input[value="${number(order)}"]`);
  await see(supervisor, 'orders-selected');
  await cancelOrder(shop, orders[3]);
  await supervisor.goto(at(`${form}?sel=${[...orders.map(number), 'no-such-order'].join(',')}`));
  await see(supervisor, 'cancels');
  await press(supervisor, form);
  await see(supervisor, 'cancels-422');
  await supervisor.check('#reason');
  await press(supervisor, form);
  await see(supervisor, 'cancels-preview');
  await till.switches(orders[2], { http_500: true });
  await confirm(supervisor);
  await see(supervisor, 'cancels-waiting');
  await till.switches(orders[2], {});
  // The customer of one of two others is faster.
  const others = [await placeOrder(shop, item), await placeOrder(shop, item)];
  await supervisor.goto(at(`${form}?sel=${others.map(number).join(',')}`));
  await supervisor.check('#reason');
  await press(supervisor, form);
  const draft = supervisor.url();
  await till.switches(others[0], { already_paid: true, no_notification: true });
  await confirm(supervisor);
  await see(supervisor, 'cancels-receipt');
  await supervisor.goto(`${draft}?again=1`);
  await see(supervisor, 'cancels-again');
  await viewer.goto(draft);
  await see(viewer, 'cancels-receipt-viewer');
  await supervisor.goto(at(`${form}?sel=${number(others[1])}`));
  await see(supervisor, 'cancels-nothing');
  await supervisor.goto(at(form));
  await see(supervisor, 'cancels-none-chosen');
}

// The gateway does not answer.
async function silent({ at, see, shop, shelf, till, supervisor, operator }) {
  const order = await placeOrder(shop, shelf());
  await till.switches(order, { http_500: true });
  await supervisor.goto(at(`${order}/cancel`));
  await see(supervisor, 'cancel-no-answer');
  await supervisor.check('#reason');
  await submit(supervisor);
  await see(supervisor, 'cancel-waits-preview');
  const draft = supervisor.url();
  await confirm(supervisor);
  await see(supervisor, 'cancel-waiting');
  await supervisor.goto(`${draft}?again=1`);
  await see(supervisor, 'cancel-waiting-again');
  await supervisor.goto(at(`${order}/cancel`));
  await see(supervisor, 'cancel-begun');
  for (const [name, path] of Object.entries({ 'order-closing': order, 'orders-closing': '/orders?status=closing', 'overview-waiting': '/' })) {
    await operator.goto(at(path));
    await see(operator, name);
  }
  await till.switches(order, {});
}

// The customer was faster.
async function paid({ at, see, shop, shelf, till, supervisor, operator }) {
  const order = await placeOrder(shop, shelf());
  await supervisor.goto(at(`${order}/cancel`));
  await supervisor.check('#reason');
  await submit(supervisor);
  await till.switches(order, { already_paid: true, no_notification: true });
  await confirm(supervisor);
  await see(supervisor, 'cancel-refused');
  await supervisor.goto(at(`${order}/cancel`));
  await see(supervisor, 'cancel-paid');
  await operator.goto(at(order));
  await see(operator, 'order-paid');
  await supervisor.goto(at(order));
  await supervisor.click('main a[href$="/rollback"]');
  await see(supervisor, 'goods-back');
  await supervisor.check('#reason');
  await submit(supervisor);
  await see(supervisor, 'goods-back-preview');
  await confirm(supervisor);
  await see(supervisor, 'goods-back-receipt');
}
