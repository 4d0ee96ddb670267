// Shortcuts reach what they name, on every page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openWindow, signIn } from './browser.mjs';
import { browser, desk, shelf } from './world.mjs';

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.tagName);

test('a slash goes to the box that finds things, on every page', async () => {
  const item = shelf();
  const page = await signIn(await openWindow(browser), desk, 'viewer');
  for (const path of ['/', '/health', '/orders', item.path, '/prefs']) {
    await page.goto(desk.address + path);
    await page.keyboard.press('/');
    assert.equal(await focused(page), 'find', path);
  }
  await page.keyboard.type(item.sku);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/stock(\/|\?)/);
  await page.context().close();
});

test('a question mark brings the list of keys into view, however long the page is', async () => {
  const page = await signIn(await openWindow(browser), desk, 'viewer');
  await page.goto(`${desk.address}/stock`);
  const list = page.locator('details.keys', { has: page.locator('[data-key="?"]') });
  assert.equal(await list.evaluate((details) => details.getBoundingClientRect().top < innerHeight), false);
  await page.keyboard.press('?');
  await page.waitForFunction(() => {
    const keys = document.querySelector('[data-key="?"]').parentElement;
    const { top } = keys.querySelector('dl').getBoundingClientRect();
    return keys.open && top >= 0 && top < innerHeight;
  });
  assert.equal(await focused(page), 'SUMMARY');
  await page.context().close();
});
