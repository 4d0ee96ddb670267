// What is not there, not allowed, or cannot be read.

import { sendStrangeForm } from '../forms.mjs';

const MISSING = {
  page: '/nowhere',
  sku: '/stock/NO-WHERE/NOTHING',
  order: '/orders/NOTHING',
  entry: '/ledger/led_9999999-1',
  operation: '/ops/op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6',
  'late-payment': '/payments/late/999999',
  run: '/reconciliation/999999',
};

const FORBIDDEN = {
  viewer: ['/stock/import', '/stock/SZ-01/GIFT-WRAP/deduct', '/reconciliation/repair', '/admin/users'],
  operator: ['/orders/NOTHING/cancel', '/reconciliation/repair', '/payments/late/1/refund', '/admin/keys'],
  supervisor: ['/admin/users', '/health/read-only'],
};

export async function problems(stops) {
  const { at, see, operator, admin, visitor, item } = stops;
  for (const [what, path] of Object.entries(MISSING)) {
    await operator.goto(at(path));
    await see(operator, `no-such-${what}`);
  }
  await operator.goto(at(`/stock/${item.warehouse}/${encodeURIComponent(`${item.sku}X`)}`));
  await see(operator, 'no-such-sku-closest');
  await admin.goto(at('/admin/users/nobody'));
  await see(admin, 'no-such-user');
  await visitor.goto(at('/nowhere'));
  await see(visitor, 'no-such-page-visitor');
  for (const [role, paths] of Object.entries(FORBIDDEN)) {
    for (const path of paths) {
      await stops[role].goto(at(path));
      await see(stops[role], `forbidden-${role} ${path}`);
    }
  }
  await unreadable(stops);
}

async function unreadable({ at, see, operator, visitor, item }) {
  await operator.goto(at('/stock'));
  await sendStrangeForm(operator, '/stock', {});
  await see(operator, 'wrong-method-405');
  await operator.goto(at('/stock'));
  await sendStrangeForm(operator, '/logout', { note: 'x'.repeat(100_000) });
  await see(operator, 'too-large-413');
  await operator.goto(at('/stock'));
  await sendStrangeForm(operator, '/logout', { note: 'x' }, 'text/plain');
  await see(operator, 'wrong-type-415');
  await operator.goto(at('/stock'));
  await sendStrangeForm(operator, '/logout', { note: 'x' });
  await see(operator, 'foreign-form-403');
  await operator.goto(at('/stock'));
  await sendStrangeForm(operator, `${item.path}/deduct`, { units: '3', note: 'what I typed' });
  await see(operator, 'foreign-correction-403');
  await visitor.goto(at('/login'));
  await sendStrangeForm(visitor, `${item.path}/deduct`, { units: '3', note: 'what I typed' });
  await see(visitor, 'signed-out-403');
}
