// The work of a day, as people do it: with and without script, in both languages.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { named, openWindow, signIn } from './browser.mjs';
import { PASSWORD, PEOPLE } from './desk.mjs';
import { badSheet, confirm, fillAdjust, fillDeduct, fillSheet, press, submit } from './forms.mjs';
import { number, placeOrder } from './goods.mjs';
import { browser, desk, level, shelf, shop } from './world.mjs';

// What people read; the rest of the wording is the messages' own test.
const WORDS = {
  en: {
    nothingYet: 'Nothing has changed yet.',
    applied: 'Applied',
    rolledBack: 'Rolled back at',
    cancelled: 'Cancelled',
    asks: 'supervisor',
    kept: 'What you entered is kept: deduct 2 of ',
    willChange: '1 will change · 0 unchanged · 2 cannot',
    notWhole: 'Line 3: “8o” is not a whole number',
    changed: '1 of 1 change made.',
    bothCancelled: '2 of 2 orders cancelled.',
  },
  zh: {
    nothingYet: '尚未生效',
    applied: '已执行',
    rolledBack: '冲正',
    cancelled: '已取消',
    asks: '主管',
    kept: '填写内容已保留：扣减 ',
    willChange: '1 行将更改 · 0 行不变 · 2 行不能执行',
    notWhole: '第 3 行：“8o”不是整数',
    changed: '已完成 1 / 1 处更改。',
    bothCancelled: '已取消 2 / 2 个订单。',
  },
};

async function reads(page, words) {
  const text = await page.innerText('main');
  assert.ok(text.includes(words), `${words} is missing in:\n${text}`);
}

for (const lang of ['en', 'zh']) {
  for (const js of [true, false]) {
    const look = { lang, js };
    const words = WORDS[lang];
    const sit = async (role) => signIn(await openWindow(browser, look), desk, role);

    test(`find a SKU: ${named(look)}`, async () => {
      const item = shelf();
      const page = await sit('viewer');
      await page.click('header nav a[href="/stock"]');
      await page.fill('main input[type=search]', item.sku);
      await page.press('main input[type=search]', 'Enter');
      await page.waitForURL(/\/stock(\/|\?)/);
      // A SKU that is in one warehouse only opens at once; else the list shows it.
      if (!page.url().endsWith(item.path)) await page.click(`main a[href="${item.path}"]`);
      await page.waitForURL(desk.address + item.path);
      await reads(page, item.sku);
      await page.context().close();
    });

    test(`deduct with a preview, and roll back: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const page = await sit('operator');
      await page.goto(desk.address + item.path);
      await page.click('main a[href$="/deduct"]');
      await fillDeduct(page, 3, '两箱在卸货时压坏');
      await submit(page);
      await reads(page, words.nothingYet);
      assert.equal(await level(item), before);
      await confirm(page);
      await reads(page, words.applied);
      assert.equal(await level(item), before - 3);
      const receipt = page.url();
      await page.click('main .acts a[href$="/rollback"]');
      await page.check('#reason');
      await submit(page);
      await reads(page, words.nothingYet);
      await confirm(page);
      assert.equal(await level(item), before);
      await page.goto(receipt);
      await reads(page, words.rolledBack);
      await page.context().close();
    });

    test(`a switch of language takes along what was typed: ${named(look)}`, async () => {
      const item = shelf();
      const page = await sit('operator');
      const other = lang === 'en' ? 'zh-Hans' : 'en';
      const note = '两箱在卸货时压坏\n'.repeat(500);
      try {
        await page.goto(`${desk.address}${item.path}/deduct`);
        await fillDeduct(page, '1,5', note);
        await Promise.all([page.waitForNavigation(), page.click('header button[name=switch]')]);
        assert.equal(await page.getAttribute('html', 'lang'), other);
        assert.equal(await page.inputValue('#units'), '1,5');
        assert.equal(await page.inputValue('#note'), note);
        assert.ok(await page.isChecked('#reason'));
        // Return in a field sends the form, and does not switch back.
        await fillDeduct(page, 3);
        await Promise.all([page.waitForNavigation(), page.press('#units', 'Enter')]);
        assert.match(page.url(), /\/ops\//);
        assert.equal(await page.getAttribute('html', 'lang'), other);
      } finally {
        await desk.sql(`UPDATE users SET language = NULL WHERE name = '${PEOPLE.operator}'`);
        await page.context().close();
      }
    });

    test(`cancel an unpaid order: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const order = await placeOrder(shop, item);
      assert.equal(await level(item), before - 1);
      const page = await sit('supervisor');
      await page.goto(desk.address + order);
      await page.click('main a[href$="/cancel"]');
      await page.check('#reason');
      await submit(page);
      await confirm(page);
      await page.goto(desk.address + order);
      await reads(page, words.cancelled);
      assert.equal(await level(item), before);
      await page.context().close();
    });

    test(`cancel the orders that are checked: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const orders = [await placeOrder(shop, item), await placeOrder(shop, item)];
      const page = await sit('supervisor');
      await page.goto(`${desk.address}/orders?sku=${encodeURIComponent(item.sku)}`);
      for (const order of orders) await page.check(`main input[value="${number(order)}"]`);
      if (js) assert.equal(await page.innerText('[data-selcount]'), '2');
      await page.click('#pick button');
      for (const order of orders) await reads(page, number(order));
      await page.check('#reason');
      await press(page, '/orders/cancel/several');
      await reads(page, words.nothingYet);
      await confirm(page);
      await reads(page, words.bothCancelled);
      assert.equal(await level(item), before);
      await page.context().close();
    });

    test(`approve what another person asked for: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const asking = await sit('operator');
      await asking.goto(`${desk.address}${item.path}/adjust`);
      await fillAdjust(asking, 5000, 'pallet 17');
      await submit(asking);
      await reads(asking, words.asks);
      assert.equal(await asking.locator('main form[action$="/confirm"]').count(), 0);
      const supervisor = await sit('supervisor');
      await supervisor.goto(asking.url());
      await reads(supervisor, PEOPLE.operator);
      await confirm(supervisor);
      await reads(supervisor, words.applied);
      assert.equal(await level(item), before + 5000);
      await asking.context().close();
      await supervisor.context().close();
    });

    test(`import a count sheet with two bad lines, and undo it: ${named(look)}`, async () => {
      const [item, other] = [shelf(), shelf()];
      const [before, otherBefore] = [await level(item), await level(other)];
      const page = await sit('supervisor');
      await page.goto(`${desk.address}/stock`);
      await page.click('main a[href="/stock/import"]');
      await fillSheet(page, badSheet(item, other));
      await submit(page);
      await reads(page, words.nothingYet);
      await reads(page, words.willChange);
      await reads(page, words.notWhole);
      assert.equal(await level(item), before);
      await confirm(page);
      await reads(page, words.changed);
      await reads(page, words.notWhole);
      assert.equal(await level(item), before - 1);
      assert.equal(await level(other), otherBefore);
      const done = page.url();
      await page.click('main .acts a[href$="/undo"]');
      await page.check('#reason');
      await submit(page);
      await reads(page, words.nothingYet);
      await confirm(page);
      assert.equal(await level(item), before);
      // What was undone to its last line cannot be undone again.
      await page.goto(done);
      assert.equal(await page.locator('main .acts a[href$="/undo"]').count(), 0);
      await page.context().close();
    });

    test(`change the SKUs that are checked: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const page = await sit('supervisor');
      await page.goto(`${desk.address}/stock?wh=${encodeURIComponent(item.warehouse)}`);
      await page.goto(`${desk.address}/stock/change?all=1&q=${encodeURIComponent(item.sku)}&wh=${encodeURIComponent(item.warehouse)}`);
      await page.check('#change');
      await page.fill('#units', '2');
      await page.check('#reason');
      await page.click('main form[action="/stock/change"] button[type=submit]');
      await reads(page, words.nothingYet);
      await reads(page, item.sku);
      await confirm(page);
      assert.equal(await level(item), before + 2);
      await page.context().close();
    });

    test(`a form outlives its session: ${named(look)}`, async () => {
      const item = shelf();
      const before = await level(item);
      const page = await sit('operator');
      await page.goto(`${desk.address}${item.path}/deduct`);
      await fillDeduct(page, 2, 'what I typed');
      await page.context().clearCookies();
      await submit(page);
      await reads(page, words.kept);
      await page.fill('#name', PEOPLE.operator);
      await page.fill('#password', PASSWORD);
      await page.click('main form button[type=submit]');
      await page.waitForURL(/\/ops\/op_/);
      await reads(page, words.nothingYet);
      await reads(page, 'what I typed');
      assert.equal(await level(item), before);
      await confirm(page);
      assert.equal(await level(item), before - 2);
      await page.context().close();
    });
  }
}
