// Signing in, users, keys, the pause, and the comparison of everything.

import { press } from '../forms.mjs';

let keys = 0;

export async function administration({ at, see, desk, visitor, admin, operator, supervisor, viewer, item }) {
  await visitor.goto(at('/login'));
  await see(visitor, 'login');
  const nobody = `nobody-${process.pid}-${keys}`;
  const wrong = async () => {
    await visitor.fill('#name', nobody);
    await visitor.fill('#password', 'not the password');
    await visitor.click('main form button[type=submit]');
  };
  await wrong();
  await see(visitor, 'login-422');
  while (visitor.status !== 429) await wrong();
  await see(visitor, 'login-429');

  for (const path of ['/admin/users', '/admin/keys', '/admin/users/li.wei', '/admin/users/li.wei/password',
    '/admin/users/li.wei/change?to=supervisor', '/health/read-only']) {
    await admin.goto(at(path));
    await see(admin, path);
  }
  await admin.goto(at('/admin/users'));
  await press(admin, '/admin/users');
  await see(admin, 'users-422');
  await admin.goto(at('/admin/users/admin/change?to=viewer'));
  await press(admin, '/admin/users/admin/change');
  await see(admin, 'last-admin-422');
  keys += 1;
  await admin.goto(at('/admin/keys'));
  await press(admin, '/admin/keys');
  await see(admin, 'keys-422');
  await admin.fill('#name', `walk-${keys}`);
  await admin.check('#scope');
  await press(admin, '/admin/keys');
  await see(admin, 'key-once');
  await admin.click('main table a[href$="/revoke"]');
  await see(admin, 'key-revoke');
  await comparing({ at, see, desk, supervisor, viewer, item });
  await pausing({ at, see, admin, operator, item });
}

async function comparing({ at, see, desk, supervisor, viewer, item }) {
  await supervisor.goto(at('/reconciliation'));
  await press(supervisor, '/reconciliation');
  await see(supervisor, 'reconciliation-run');
  await supervisor.goto(at('/reconciliation/repair'));
  await see(supervisor, 'repair');
  // As a run that found something wrote it down: nothing is wrong here.
  await desk.sql(`INSERT INTO reconciliations (actor, started_at, heard_at, ended_at, outcome, compared, differences)
    VALUES ('user:chen.yu', UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 'complete', 900, 1);
    INSERT INTO reconciliation_differences (run_id, stock_id, ledger, available, gate, since, cause)
    SELECT LAST_INSERT_ID(), id, available, available, available + 3, UTC_TIMESTAMP(6), 'redis_lost_data'
    FROM stock WHERE sku = '${item.sku}' LIMIT 1`);
  const run = (await desk.sql('SELECT MAX(id) FROM reconciliations')).trim();
  for (const [name, page] of Object.entries({ 'reconciliation-differences': supervisor, 'reconciliation-viewer': viewer })) {
    await page.goto(at(`/reconciliation/${run}`));
    await see(page, name);
  }
}

async function pausing({ at, see, admin, operator, item }) {
  await operator.goto(at(`${item.path}/deduct`));
  await admin.goto(at('/health/read-only'));
  await admin.fill('#until', '25:99');
  await press(admin, '/health/read-only');
  await see(admin, 'read-only-422');
  await admin.goto(at('/health/read-only'));
  await press(admin, '/health/read-only');
  await see(admin, 'read-only-health');
  await operator.fill('#units', '3');
  await operator.fill('#note', '两箱在卸货时压坏');
  await operator.click('main form[data-here] button[type=submit]');
  await see(operator, 'read-only-503');
  for (const [name, path] of Object.entries({ overview: '/', stock: '/stock', sku: item.path })) {
    await operator.goto(at(path));
    await see(operator, `read-only-${name}`);
  }
  await admin.goto(at('/health'));
  await press(admin, '/health/resume');
}
