// A desk on its first day: nothing has happened yet, and its gate is away. Then its database is.

import { openWindow, signIn } from '../browser.mjs';

const EMPTY = ['/', '/stock', '/ledger', '/orders', '/ops', '/payments/late', '/payments/late?state=waiting',
  '/reconciliation', '/health', '/admin/keys', '/stock/import'];

export async function newDesk({ browser, fresh, look, see }) {
  const desk = await fresh();
  const page = await signIn(await openWindow(browser, look), desk, 'admin');
  for (const path of EMPTY) {
    await page.goto(desk.address + path);
    await see(page, `new ${path}`);
  }
  // What cannot be read now is not empty.
  await desk.sql('RENAME TABLE ledger TO ledger_away');
  try {
    await page.goto(`${desk.address}/ledger`);
    await see(page, 'broken /ledger');
  } finally {
    await desk.sql('RENAME TABLE ledger_away TO ledger');
  }
  desk.holdDatabase(true);
  try {
    for (const path of ['/', '/ledger', '/orders/NOTHING']) {
      await page.goto(desk.address + path);
      await see(page, `no-database ${path}`);
    }
  } finally {
    desk.holdDatabase(false);
  }
  await page.context().close();
}
