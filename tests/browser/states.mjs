// Every page, and every state a page can be in, reached as people reach it.

import { openWindow, signIn } from './browser.mjs';

// Goods that a walk may use up: each call answers with another SKU that has plenty.
export async function openShelf(shop) {
  const { json } = await shop('GET', '/api/v1/stock?limit=500');
  const plenty = json.items.filter((item) => !item.unlimited && item.available >= 40);
  let taken = 0;
  return () => {
    const item = plenty[taken];
    taken += 1;
    if (!item) throw new Error('the demo has no more SKUs with plenty of stock');
    return { ...item, path: `/stock/${encodeURIComponent(item.warehouse)}/${encodeURIComponent(item.sku)}` };
  };
}

let placed = 0;

// An order that waits for its payment, for a unit of `item`; answers with its path.
export async function placeOrder(shop, item, seconds = 3600) {
  placed += 1;
  const order_no = `BT-${process.pid}-${placed}`;
  const body = {
    order_no,
    warehouse: item.warehouse,
    lines: [{ sku: item.sku, quantity: 1 }],
    pay_within_seconds: seconds,
    amount: { minor: 6400, currency: 'CNY' },
    gateway: 'sandbox',
  };
  const answer = await shop('POST', '/api/v1/orders', body);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer));
  return `/orders/${order_no}`;
}

export const submit = (page) => page.click('main form[data-here] button[type=submit]');
export const confirm = (page) => page.click('main form[action$="/confirm"] button[type=submit]');

export async function fillDeduct(page, units, note = '') {
  await page.fill('#units', String(units));
  await page.check('#reason');
  await page.fill('#note', note);
}

export async function fillAdjust(page, units, note = '') {
  await page.check('#direction');
  await fillDeduct(page, units, note);
}

// A sheet with two lines that cannot be read, as a file that people choose.
export const badSheet = (item, other) => ({
  name: 'count.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from([
    'Warehouse,SKU,Change (±),Set to,Note',
    `${item.warehouse},"${item.sku}",-1,,两箱压坏`,
    `${other.warehouse},"${other.sku}",,8o,`,
    `${other.warehouse},NO-SUCH-SKU,,1,`,
  ].join('\r\n')),
});

export async function fillSheet(page, sheet) {
  await page.setInputFiles('#file', sheet);
  await page.check('#reason');
}

export async function fillSet(page, counted) {
  await page.fill('#counted', String(counted));
  await page.check('#reason');
}

// Walks through all of it in one look. `see(page, name)` is called in every state.
export async function walk(browser, desk, shop, shelf, look, see) {
  const at = (path) => desk.address + path;
  const visitor = await openWindow(browser, look);
  await visitor.goto(at('/login'));
  await see(visitor, 'login');
  await visitor.fill('#name', 'nobody');
  await visitor.fill('#password', 'not the password');
  await visitor.click('main form button[type=submit]');
  await see(visitor, 'login-422');
  const people = {};
  for (const role of ['operator', 'supervisor', 'viewer', 'admin']) {
    people[role] = await signIn(await openWindow(browser, look), desk, role);
  }
  const stops = { at, look, see, shop, ...people, item: shelf(), order: await placeOrder(shop, shelf()) };
  await lists(stops);
  await administration(stops);
  await corrections(stops);
  await counting(stops);
  await importing(stops, shelf());
  await cancelling(stops);
  await errors(stops);
  for (const page of [visitor, ...Object.values(people)]) {
    await page.context().close();
  }
}

async function lists({ at, see, operator, admin, item, order }) {
  const pages = {
    overview: '/',
    stock: '/stock',
    'stock-filtered': '/stock?q=CUP&state=low',
    'stock-none': '/stock?q=no-such-thing-here',
    sku: item.path,
    ledger: '/ledger',
    'ledger-sku': `/ledger?sku=${encodeURIComponent(item.sku)}`,
    'ledger-400': '/ledger?from=tomorrow',
    orders: '/orders',
    'orders-400': '/orders?due=never',
    order,
    ops: '/ops',
    health: '/health',
    'sku-month-at': `${item.path}?span=30d&at=2026-01-01`,
    'sku-at-400': `${item.path}?at=tomorrow`,
    explain: `${item.path}/explain`,
    audit: '/audit',
    'audit-none': '/audit?actor=nobody',
    'audit-400': '/audit?kind=x',
    prefs: '/prefs',
    'docs-api': '/docs/api',
  };
  for (const [name, path] of Object.entries(pages)) {
    await operator.goto(at(path));
    await see(operator, name);
  }
  await operator.goto(at('/ledger'));
  const entry = await operator.getAttribute('main table a.id[href^="/ledger/led_"]', 'href');
  await operator.goto(at(entry));
  await see(operator, 'entry');
  await admin.goto(at('/'));
  for (const href of await admin.$$eval('header nav a', (links) => links.map((a) => a.getAttribute('href')))) {
    if (Object.values(pages).includes(href)) continue;
    await admin.goto(at(href));
    await see(admin, `nav ${href}`);
  }
}

async function administration({ at, see, admin, supervisor }) {
  for (const path of ['/admin/users', '/admin/keys', '/admin/users/li.wei', '/admin/users/li.wei/password',
    '/admin/users/li.wei/change?to=supervisor', '/health/read-only']) {
    await admin.goto(at(path));
    await see(admin, path);
  }
  const press = (page, action) => page.click(`main form[action="${action}"][method=post] button[type=submit]`);
  await admin.goto(at('/admin/users'));
  await press(admin, '/admin/users');
  await see(admin, 'users-422');
  keys += 1;
  await admin.goto(at('/admin/keys'));
  await admin.fill('#name', `walk-${keys}`);
  await admin.check('#scope');
  await press(admin, '/admin/keys');
  await see(admin, 'key-once');
  await admin.click('main table a[href$="/revoke"]');
  await see(admin, 'key-revoke');
  await supervisor.goto(at('/reconciliation'));
  if (await supervisor.locator('main form[action="/reconciliation"] button').count()) {
    await press(supervisor, '/reconciliation');
    await see(supervisor, 'reconciliation-run');
  }
  await supervisor.goto(at('/reconciliation/repair'));
  await see(supervisor, 'repair');
}

let keys = 0;

async function corrections({ at, see, operator, supervisor, viewer, item }) {
  await operator.goto(at(`${item.path}/deduct`));
  await see(operator, 'deduct');
  await operator.fill('#units', '8o');
  await submit(operator);
  await see(operator, 'deduct-422');
  await operator.goto(at(`${item.path}/deduct`));
  await fillDeduct(operator, 3, '两箱在卸货时压坏');
  await submit(operator);
  await see(operator, 'deduct-preview');
  const draft = operator.url();
  await confirm(operator);
  await see(operator, 'deduct-receipt');
  await operator.goto(`${draft}?again=1`);
  await see(operator, 'deduct-again');
  await operator.click('main .acts a[href$="/rollback"]');
  await see(operator, 'rollback');
  await operator.check('#reason');
  await submit(operator);
  await see(operator, 'rollback-preview');
  await confirm(operator);
  await see(operator, 'rollback-receipt');
  await operator.goto(draft);
  await see(operator, 'rolled-back');
  await operator.goto(at(`${item.path}/deduct?op=${draft.split('/').pop()}`));
  await see(operator, 'form-used');
  await operator.goto(at(`${item.path}/adjust`));
  await see(operator, 'adjust');
  await fillAdjust(operator, 5000);
  await submit(operator);
  await see(operator, 'adjust-note-422');
  await operator.fill('#note', 'pallet 17');
  await submit(operator);
  await see(operator, 'request');
  const request = operator.url();
  await supervisor.goto(request);
  await see(supervisor, 'request-of-another');
  await viewer.goto(request);
  await see(viewer, 'request-viewer');
  await supervisor.click('main form[action$="/discard"] button');
  await see(supervisor, 'discarded');
  await viewer.goto(at(`${item.path}/deduct`));
  await see(viewer, 'forbidden');
}

async function counting({ at, see, operator, supervisor, item }) {
  await supervisor.goto(at(`${item.path}/set`));
  await see(supervisor, 'set');
  await fillSet(supervisor, 7);
  await submit(supervisor);
  await see(supervisor, 'set-preview');
  const counted = supervisor.url();
  await operator.goto(at(`${item.path}/adjust`));
  await fillAdjust(operator, 3);
  await submit(operator);
  await confirm(operator);
  await supervisor.goto(counted);
  await see(supervisor, 'set-conflict');
  await supervisor.click('main form[action$="/recount"] button');
  await see(supervisor, 'set-conflict-422');
  await supervisor.check('#choice-difference');
  await supervisor.click('main form[action$="/recount"] button');
  await see(supervisor, 'set-difference');
}

async function importing({ at, see, operator, supervisor, viewer, item }, other) {
  await supervisor.goto(at('/stock/import'));
  await see(supervisor, 'import');
  await submit(supervisor);
  await see(supervisor, 'import-422');
  await fillSheet(supervisor, badSheet(item, other));
  await submit(supervisor);
  await see(supervisor, 'bulk-preview');
  const draft = supervisor.url();
  await operator.goto(draft);
  await see(operator, 'bulk-request');
  await supervisor.goto(`${draft}?show=cannot`);
  await see(supervisor, 'bulk-cannot');
  await confirm(supervisor);
  await see(supervisor, 'bulk-receipt');
  await viewer.goto(draft);
  await see(viewer, 'bulk-receipt-viewer');
  await supervisor.click('main .acts a[href$="/undo"]');
  await see(supervisor, 'bulk-undo');
  await supervisor.check('#reason');
  await submit(supervisor);
  await see(supervisor, 'bulk-undo-preview');
  await confirm(supervisor);
  await see(supervisor, 'bulk-undone');
  await operator.goto(at(`/stock?q=${encodeURIComponent(item.sku.slice(0, 2))}`));
  await operator.check('main input[name=sel] >> nth=0');
  await see(operator, 'stock-selected');
  await operator.click('#pick button');
  await see(operator, 'change');
  await operator.click('main form[action="/stock/change"] button[type=submit]');
  await see(operator, 'change-422');
  await operator.goto(at('/ops'));
  await see(operator, 'ops-bulk');
}

async function cancelling({ at, see, supervisor, operator, order }) {
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
}

async function errors({ at, see, operator }) {
  const missing = {
    'no-such-page': '/nowhere',
    'no-such-sku': '/stock/NO-WHERE/NOTHING',
    'no-such-order': '/orders/NOTHING',
    'no-such-entry': '/ledger/led_9999999-1',
    'no-such-operation': '/ops/op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6',
  };
  for (const [name, path] of Object.entries(missing)) {
    await operator.goto(at(path));
    await see(operator, name);
  }
}
