// What people look at: lists, the things in them, and their own settings.

import { placeOrder } from '../goods.mjs';

// An order that is called like a SKU: the box that finds things offers both.
async function namesakes(shop, shelf) {
  let item = shelf();
  while (!/^[\w.:-]+$/.test(item.sku)) item = shelf();
  await placeOrder(shop, item, 3600, item.sku);
  return `/find?q=${encodeURIComponent(item.sku)}`;
}

export async function lists({ at, see, shop, shelf, operator, viewer, admin, item, order }) {
  const pages = {
    overview: '/',
    stock: '/stock',
    'stock-filtered': '/stock?q=CUP&state=low',
    'stock-by-available': '/stock?sort=available&wh=SZ-01',
    'stock-none': '/stock?q=no-such-thing-here',
    'stock-400': '/stock?state=x',
    sku: item.path,
    ledger: '/ledger',
    'ledger-sku': `/ledger?sku=${encodeURIComponent(item.sku)}`,
    'ledger-none': '/ledger?sku=no-such-thing-here',
    'ledger-400': '/ledger?from=tomorrow',
    orders: '/orders',
    'orders-none': '/orders?sku=no-such-thing-here',
    'orders-400': '/orders?due=never',
    order,
    ops: '/ops',
    'ops-none': '/ops?author=nobody',
    'ops-400': '/ops?state=x',
    health: '/health',
    'sku-month-at': `${item.path}?span=30d&at=2026-01-01`,
    'sku-at-400': `${item.path}?at=tomorrow`,
    'sku-unlimited': '/stock/SZ-01/GIFT-WRAP',
    explain: `${item.path}/explain`,
    audit: '/audit',
    'audit-none': '/audit?actor=nobody',
    'audit-400': '/audit?kind=x',
    'find-several': await namesakes(shop, shelf),
    prefs: '/prefs',
    'docs-api': '/docs/api',
  };
  for (const [name, path] of Object.entries(pages)) {
    await operator.goto(at(path));
    await see(operator, name);
  }
  await operator.goto(at('/stock'));
  await operator.click('main nav.pager a[rel=next]');
  await see(operator, 'stock-second-page');
  await operator.goto(at('/ledger'));
  const entry = await operator.getAttribute('main table a.id[href^="/ledger/led_"]', 'href');
  await operator.goto(at(entry));
  await see(operator, 'entry');
  for (const [name, path] of Object.entries({ 'stock-viewer': '/stock', 'sku-viewer': item.path, 'order-viewer': order })) {
    await viewer.goto(at(path));
    await see(viewer, name);
  }
  await admin.goto(at('/'));
  for (const href of await admin.$$eval('header nav a', (links) => links.map((a) => a.getAttribute('href')))) {
    if (Object.values(pages).includes(href)) continue;
    await admin.goto(at(href));
    await see(admin, `nav ${href}`);
  }
}
