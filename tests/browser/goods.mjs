// What a test uses up: goods, orders for them, and the money that customers pay.

import { eventually } from './desk.mjs';

// Goods that tests may use up: each call answers with another SKU that has plenty.
export async function openShelf(shop) {
  const { json } = await shop('GET', '/api/v1/stock?limit=500');
  const plenty = json.items.filter((item) => !item.unlimited && item.available >= 40);
  // Those of which least is reserved come first: an order of the demo that runs out brings some back.
  plenty.sort((one, other) => one.reserved - other.reserved);
  let taken = 0;
  return () => {
    const item = plenty[taken];
    taken += 1;
    if (!item) throw new Error('the demo has no more SKUs with plenty of stock');
    return { ...item, path: `/stock/${encodeURIComponent(item.warehouse)}/${encodeURIComponent(item.sku)}` };
  };
}

let placed = 0;

export const number = (order) => order.split('/').pop();

async function done(answer, status) {
  const { status: came, json } = await answer;
  if (came !== status) throw new Error(`${came}: ${JSON.stringify(json)}`);
  return json;
}

// An order that waits for its payment, for a unit of `item`; answers with its path.
export async function placeOrder(shop, item, seconds = 3600, name = undefined) {
  placed += 1;
  const order_no = name || `BT-${process.pid}-${placed}`;
  const body = {
    order_no,
    warehouse: item.warehouse,
    lines: [{ sku: item.sku, quantity: 1 }],
    pay_within_seconds: seconds,
    amount: { minor: 6400, currency: 'CNY' },
    gateway: 'sandbox',
  };
  await done(shop('POST', '/api/v1/orders', body), 201);
  return `/orders/${order_no}`;
}

export const cancelOrder = (shop, order) =>
  done(shop('POST', `/api/v1/orders/${number(order)}/cancel`, { reason: 'customer_asked' }), 200);

// Everything of `item` that can be sold, sold; answers with what brings it back.
export async function sellOut(shop, item) {
  const { available } = await done(shop('GET', `/api/v1${item.path}`), 200);
  placed += 1;
  const document = `BT-${process.pid}-${placed}`;
  const lines = [{ sku: item.sku, quantity: available }];
  await done(shop('POST', '/api/v1/deductions', { document, warehouse: item.warehouse, lines, reason: 'sold_offline' }), 201);
  return () => done(shop('POST', `/api/v1/deductions/${document}/rollback`, { reason: 'other' }), 201);
}

// The sandbox gateway of the desk, with its faults and its customers.
export function openTill(desk) {
  const ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${desk.till()}/admin/${path}`, { method, headers, body: body && JSON.stringify(body) });
    return answer.status;
  };
  return {
    // How the gateway behaves for this order, from now on.
    switches: (order, switches) => ask('PUT', `switches/${number(order)}`, switches),
    // The customer pays, whatever the gateway thinks of it. It hears of an order a moment later.
    pay: (order, how = {}) => eventually('the gateway knows the order', async () =>
      await ask('POST', `payments/${number(order)}/pay`, { force: true, ...how }) === 204),
  };
}

// The page of the late payment that an order has, once it is stored; `page` is somebody's window.
export async function latePayment(page, desk, order) {
  await eventually('its money is stored', async () => {
    await page.goto(desk.address + order);
    return await page.locator('main a[href^="/payments/late/"]').count() > 0;
  });
  return page.getAttribute('main a[href^="/payments/late/"]', 'href');
}
