// What the pages weigh on the wire, and whom they ask. (Every page of the walk is asked that, too.)

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { openWindow, signIn } from './browser.mjs';
import { browser, desk } from './world.mjs';

const KB = 1024;
const LIMITS = { document: 10 * KB, stylesheet: 6 * KB, script: 4 * KB };
const FIRST_VISIT = 20 * KB;

// What a window fetches for an address that it has never been to, with the weight of each.
async function visit(path, page) {
  const fetched = [];
  const note = (answer) => fetched.push(answer);
  page.on('response', note);
  await page.goto(desk.address + path, { waitUntil: 'load' });
  page.off('response', note);
  const weighed = [];
  for (const answer of fetched) {
    if (answer.url().startsWith('data:')) continue;
    assert.ok(answer.url().startsWith(desk.address), answer.url());
    const headers = await answer.allHeaders();
    assert.equal(headers['content-encoding'], 'gzip', answer.url());
    const bytes = gzipSync(await answer.body(), { level: 6 }).length;
    weighed.push({ kind: answer.request().resourceType(), path: answer.url(), bytes, headers });
  }
  return weighed;
}

// The same person in a window that has never been here.
async function fresh(page) {
  const other = await openWindow(browser);
  await other.context().addCookies(await page.context().cookies());
  return other;
}

test('a first visit is small, and asks nobody but the desk', async (t) => {
  const person = await signIn(await openWindow(browser), desk, 'supervisor');
  const told = [];
  for (const path of ['/', '/stock', '/ledger', '/orders', '/audit', '/payments/late', '/docs/api', '/stock/import']) {
    const page = await fresh(person);
    const all = (await visit(path, page)).reduce((sum, one) => sum + one.bytes, 0);
    told.push(`${path} ${all}`);
    assert.ok(all <= FIRST_VISIT, `${path}: ${all} bytes`);
    await page.context().close();
  }
  const visitor = await openWindow(browser);
  assert.ok((await visit('/login', visitor)).reduce((sum, one) => sum + one.bytes, 0) <= FIRST_VISIT);
  t.diagnostic(told.join(', '));
  for (const page of [person, visitor]) await page.context().close();
});

test('the style sheet, the script and a list of 50 rows keep their budgets', async (t) => {
  const person = await signIn(await openWindow(browser), desk, 'operator');
  const page = await fresh(person);
  const weighed = await visit('/stock', page);
  assert.equal(await page.locator('main tbody tr').count(), 50);
  assert.deepEqual(weighed.map((one) => one.kind).sort(), Object.keys(LIMITS).sort());
  for (const { kind, path, bytes, headers } of weighed) {
    t.diagnostic(`${kind} ${bytes}`);
    assert.ok(bytes <= LIMITS[kind], `${path}: ${bytes} bytes`);
    if (kind === 'document') continue;
    assert.match(path, /\/static\/app\.[0-9a-f]{8,}\.(css|js)$/);
    assert.match(headers['cache-control'], /immutable/);
  }
  // The second visit fetches the page alone.
  await page.goto(`${desk.address}/ledger`, { waitUntil: 'load' });
  const fetched = await page.evaluate(() => performance.getEntriesByType('resource')
    .filter((one) => one.transferSize > 0).map((one) => one.name));
  assert.deepEqual(fetched, []);
  for (const one of [person, page]) await one.context().close();
});
