// Cancelling an order, whatever the gateway says; and goods that come back.

import { confirm, submit } from '../forms.mjs';
import { placeOrder } from '../goods.mjs';

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
