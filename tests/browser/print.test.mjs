// On paper: what is read, without what is pressed, black on white, and where and when it is from.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LANGS, openWindow, show, signIn } from './browser.mjs';
import { confirm, fillDeduct, submit } from './forms.mjs';
import { placeOrder } from './goods.mjs';
import { browser, desk, shelf, shop } from './world.mjs';

const PRESSED = 'header.top, .filters, .bulk, .acts, .pager, .crumbs, .btn, input, select, textarea, summary';

const seen = (page, selector) => page.$$eval(selector, (all) => all
  .filter((one) => one.getClientRects().length > 0)
  .map((one) => one.outerHTML.slice(0, 120)));

async function onPaper(page) {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const paper = await page.evaluate(() => {
    const style = (selector) => {
      const found = document.querySelector(selector);
      return found ? getComputedStyle(found) : {};
    };
    return { background: style('body').backgroundColor, text: style('main').color, head: style('main thead').display };
  });
  const report = { ...paper, pressed: await seen(page, PRESSED), from: await page.innerText('.foot .print-only') };
  // A page of paper is not wider than paper.
  await page.setViewportSize({ width: 720, height: 1000 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await show(page, { width: 1280, theme: 'light' });
  await page.emulateMedia({ media: 'screen' });
  return { ...report, wide };
}

for (const lang of LANGS) {
  test(`a list, an order and an operation on paper: ${lang}`, async () => {
    const item = shelf();
    const page = await signIn(await openWindow(browser, { lang }), desk, 'supervisor');
    const order = await placeOrder(shop, item);
    await page.goto(`${desk.address}${item.path}/deduct`);
    await fillDeduct(page, 3, '两箱压坏');
    await submit(page);
    await confirm(page);
    await page.waitForSelector('main .msg.ok');
    const operation = new URL(page.url()).pathname;
    for (const path of ['/stock', '/ledger', order, operation]) {
      await page.goto(desk.address + path);
      const { background, text, head, pressed, from, wide } = await onPaper(page);
      assert.deepEqual(pressed, [], path);
      assert.equal(background, 'rgb(255, 255, 255)', path);
      assert.equal(text, 'rgb(0, 0, 0)', path);
      // Repeated on every sheet.
      if (path === '/stock' || path === '/ledger') assert.equal(head, 'table-header-group', path);
      assert.ok(from.includes(path) && from.includes('chen.yu'), `${path}: ${from}`);
      assert.ok(wide <= 720, `${path}: ${wide} px`);
    }
    await page.context().close();
  });
}
