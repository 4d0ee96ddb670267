// Money that paid for nothing, in each of its states.

import { press } from '../forms.mjs';
import { cancelOrder, latePayment, number, placeOrder, sellOut } from '../goods.mjs';
import { eventually } from '../desk.mjs';

export async function late(stops) {
  const { at, see, supervisor } = stops;
  await supervisor.goto(at('/payments/late?state=x'));
  await see(supervisor, 'late-400');
  await decided(stops);
  await again(stops);
  await refunds(stops);
  await supervisor.goto(at('/payments/late'));
  await see(supervisor, 'late');
  await supervisor.goto(at('/payments/late?state=refunded'));
  await see(supervisor, 'late-filtered');
}

// Money for an order that was cancelled, where refunds go as `faults` say; its page.
async function lateMoney({ shop, desk, till, supervisor }, item, faults) {
  const order = await placeOrder(shop, item);
  // The gateway has to know the order before it can be paid late.
  await eventually('its payment is there', async () =>
    Boolean((await shop('GET', `/api/v1${order}`)).json.payment.url));
  await cancelOrder(shop, order);
  await till.switches(order, faults);
  await till.pay(order);
  return { order, page: await latePayment(supervisor, desk, order) };
}

// Another amount than the order's: people decide.
async function decided({ at, see, shop, shelf, till, desk, supervisor, operator, viewer }) {
  const order = await placeOrder(shop, shelf());
  await till.pay(order, { amount_minor: 100 });
  const page = await latePayment(supervisor, desk, order);
  await see(supervisor, 'order-late');
  for (const [name, window] of Object.entries({ 'late-waiting': supervisor, 'late-waiting-viewer': viewer })) {
    await window.goto(at(page));
    await see(window, name);
  }
  await operator.goto(at(`${page}/refund`));
  await see(operator, 'late-refund-403');
  await supervisor.goto(at(`${page}/refund`));
  await see(supervisor, 'late-refund');
  await supervisor.goto(at(`${page}/handle`));
  await see(supervisor, 'late-handle');
  await press(supervisor, `${page}/handle`);
  await see(supervisor, 'late-handle-422');
  await supervisor.fill('#note', '顾客到店退现金');
  await press(supervisor, `${page}/handle`);
  await see(supervisor, 'late-handled');
  await supervisor.goto(at(`${page}/refund`));
  await see(supervisor, 'late-done-before');
}

// The gateway does not take the refund; and as an earlier version stored it, people may choose.
async function again(stops) {
  const { at, see, shop, shelf, desk, supervisor } = stops;
  const item = shelf();
  const { order, page } = await lateMoney(stops, item, { http_500: true, on: ['refund', 'query_refund'] });
  const ours = `payment_id = (SELECT id FROM payments WHERE order_no = '${number(order)}')`;
  await eventually('it was tried', async () =>
    Number(await desk.sql(`SELECT attempts FROM late_money WHERE ${ours}`)) > 0);
  await supervisor.goto(at(page));
  await see(supervisor, 'late-queued');
  await desk.sql(`UPDATE late_money SET state = 'waiting', next_action_at = NULL, refund_asked_at = NULL,
    heard = NULL WHERE ${ours}`);
  await supervisor.goto(at(`${page}/deduct`));
  await see(supervisor, 'late-deduct');
  const bringBack = await sellOut(shop, item);
  await press(supervisor, `${page}/deduct`);
  await see(supervisor, 'late-deduct-422');
  await bringBack();
  await press(supervisor, `${page}/deduct`);
  await see(supervisor, 'late-deducted');
}

async function refunds(stops) {
  const { at, see, shelf, till, desk, supervisor } = stops;
  const shows = (page, text) => eventually(`${page} ${text}`, async () => {
    await supervisor.goto(at(page));
    return (await desk.sql(`SELECT state FROM late_money WHERE payment_id = ${number(page)}`)).trim() === text;
  });
  const slow = await lateMoney(stops, shelf(), { refund_waits: true });
  await shows(slow.page, 'refunding');
  await see(supervisor, 'late-refunding');
  await till.switches(slow.order, {});
  await press(supervisor, `${slow.page}/ask`);
  await see(supervisor, 'late-refunded');
  const failed = await lateMoney(stops, shelf(), { refund_fails: true });
  await shows(failed.page, 'refund_failed');
  await supervisor.goto(at(failed.page));
  await see(supervisor, 'late-refund-failed');
}
