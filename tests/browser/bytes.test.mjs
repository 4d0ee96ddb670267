// What the pages weigh on the wire.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { openWindow, signIn } from './browser.mjs';
import { browser, desk } from './world.mjs';

const KB = 1024;

const weight = (body) => gzipSync(body, { level: 6 }).length;

// Everything that a window fetched since, by address.
function watch(page) {
  const fetched = [];
  page.on('response', (answer) => fetched.push(answer));
  return fetched;
}

test('a first visit is small, and asks nobody but the desk', async () => {
  const page = await openWindow(browser);
  const fetched = watch(page);
  await page.goto(`${desk.address}/login`, { waitUntil: 'load' });
  let all = 0;
  for (const answer of fetched) {
    if (answer.url().startsWith('data:')) continue;
    assert.ok(answer.url().startsWith(desk.address), answer.url());
    all += weight(await answer.body());
  }
  assert.ok(all <= 20 * KB, `${all} bytes`);
  await page.context().close();
});

test('the style sheet, the script and a list of 50 rows keep their budgets', async () => {
  const page = await signIn(await openWindow(browser), desk, 'operator');
  const fetched = watch(page);
  await page.goto(`${desk.address}/stock`, { waitUntil: 'load' });
  assert.equal(await page.locator('main tbody tr').count(), 50);
  const sizes = {};
  for (const path of ['/stock', await page.getAttribute('link[rel=stylesheet]', 'href'), await page.getAttribute('script[src]', 'src')]) {
    const answer = await page.request.get(desk.address + path);
    sizes[path] = weight(await answer.body());
    if (path === '/stock') assert.ok(sizes[path] <= 10 * KB, `${path}: ${sizes[path]} bytes`);
    else {
      const limit = path.endsWith('.css') ? 6 * KB : 4 * KB;
      assert.ok(sizes[path] <= limit, `${path}: ${sizes[path]} bytes`);
      assert.match(answer.headers()['cache-control'], /immutable/);
    }
  }
  assert.ok(fetched.every((answer) => answer.url().startsWith('data:') || answer.url().startsWith(desk.address)));
  await page.context().close();
});
