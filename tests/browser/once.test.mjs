// Impatience, the back button, a reload, two tabs and two people: each gives one effect and a true
// sentence, for one correction and for a whole sheet of them, in both languages.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LANGS, named, openWindow, signIn } from './browser.mjs';
import { eventually } from './desk.mjs';
import { CONFIRM, confirm, fillAdjust, fillDeduct, fillSheet, press, sheet, submit } from './forms.mjs';
import { latePayment, placeOrder } from './goods.mjs';
import { browser, desk, level, shelf, shop, till } from './world.mjs';

const WORDS = {
  en: {
    units: /3 units deducted\./,
    lines: /2 of 2 changes made\./,
    again: /Already applied at [\d:]+ by (\S+)\. Nothing was done again\./,
    used: /This form was already used to deduct 3 units at/,
    handled: /Marked as handled outside\./,
    handledBefore: /That was done before\. It stands at: Handled outside\. Nothing was done again\./,
    cancelled: /cancelled\..*Available (\d+) → (\d+)\./s,
  },
  zh: {
    units: /已扣减 3 件/,
    lines: /已完成 2 \/ 2 处更改。/,
    again: /已于 [\d:]+ 由 (\S+) 执行，未重复执行。/,
    used: /此表单已于 [\d:]+ 用于扣减 3 件/,
    handled: /已标记为在系统外处理。/,
    handledBefore: /此前已完成，当前状态：已在系统外处理，未重复执行。/,
    cancelled: /已取消。.*可售 (\d+) → (\d+)。/s,
  },
};

const says = (page) => page.innerText('main');

async function looksAgain(page) {
  const done = await page.locator('main .msg.ok').count() > 0;
  if (!done) await page.click('main .msg a[href^="/ops/"]');
  return done;
}

// Drafts to be confirmed: what they take from which goods, and what their receipt says.
const DRAFTS = {
  'a correction': async (page) => {
    const item = shelf();
    await page.goto(`${desk.address}${item.path}/deduct`);
    await fillDeduct(page, 3);
    await submit(page);
    return { goods: [[item, 3]], done: 'units' };
  },
  'a sheet': async (page) => {
    const [one, two] = [shelf(), shelf()];
    await page.goto(`${desk.address}/stock/import`);
    await fillSheet(page, sheet([`${one.warehouse},"${one.sku}",-2,,`, `${two.warehouse},"${two.sku}",-1,,`]));
    await submit(page);
    return { goods: [[one, 2], [two, 1]], done: 'lines' };
  },
  'the undoing of a sheet': async (page) => {
    const { goods } = await DRAFTS['a sheet'](page);
    await confirm(page);
    await page.click('main .acts a[href$="/undo"]');
    await page.check('#reason');
    await submit(page);
    return { goods: goods.map(([item, units]) => [item, -units]), done: 'lines' };
  },
};

// A window with a draft in it, and what to hold afterwards.
async function drafted(kind, look) {
  const page = await signIn(await openWindow(browser, look), desk, 'supervisor');
  const { goods, done } = await DRAFTS[kind](page);
  await page.waitForSelector(CONFIRM);
  const before = await Promise.all(goods.map(([item]) => level(item)));
  const words = WORDS[look.lang];
  return {
    page,
    address: page.url(),
    words,
    done: words[done],
    // Each unit moved once.
    once: async () => {
      const after = await Promise.all(goods.map(([item]) => level(item)));
      assert.deepEqual(after, before.map((units, index) => units - goods[index][1]));
    },
  };
}

for (const lang of LANGS) {
  for (const kind of Object.keys(DRAFTS)) {
    for (const js of [true, false]) {
      const look = { lang, js };
      test(`${kind}: a triple click is one: ${named(look)}`, async () => {
        const { page, done, once } = await drafted(kind, look);
        await page.click(CONFIRM, { clickCount: 3, noWaitAfter: true });
        await page.waitForSelector('main .msg.ok, main progress');
        await page.waitForLoadState('load');
        // Without script nobody is shown the end of a sheet before they look again.
        if (!js) await eventually('it is done', () => looksAgain(page));
        await page.waitForSelector('main .msg.ok');
        assert.match(await says(page), done);
        await once();
        await page.context().close();
      });
    }

    test(`${kind}: after a reload and after going back it is still one: ${lang}`, async () => {
      const { page, words, done, once, address } = await drafted(kind, { lang });
      await confirm(page);
      await page.waitForSelector('main .msg.ok');
      await page.reload();
      assert.match(await says(page), done);
      assert.doesNotMatch(await says(page), words.again);
      // The page before is the draft's own: it says what became of it, and has no button.
      await page.goBack();
      await page.goto(address);
      assert.match(await says(page), done);
      assert.equal(await page.locator(CONFIRM).count(), 0);
      await once();
      await page.context().close();
    });

    test(`${kind}: two tabs confirm it, and the second is told: ${lang}`, async () => {
      const { page, words, once, address } = await drafted(kind, { lang });
      const second = await page.context().newPage();
      await second.goto(address);
      await confirm(page);
      await page.waitForSelector('main .msg.ok');
      await second.click(CONFIRM);
      await second.waitForURL(/again=1/);
      assert.equal(words.again.exec(await says(second))?.[1], 'chen.yu');
      await once();
      await page.context().close();
    });

    test(`${kind}: two people confirm it at once, and the later reads who was first: ${lang}`, async () => {
      const { page, words, done, once, address } = await drafted(kind, { lang });
      const other = await signIn(await openWindow(browser, { lang }), desk, 'admin');
      await other.goto(address);
      const pages = [page, other];
      await Promise.all(pages.map((one) => one.click(CONFIRM)));
      const texts = await Promise.all(pages.map(async (one) => {
        await one.waitForSelector('main .msg.ok');
        return says(one);
      }));
      const told = texts.map((text) => words.again.exec(text)?.[1]);
      const first = told.findIndex((name) => name === undefined);
      assert.deepEqual(told.filter(Boolean), [['chen.yu', 'admin'][first]], texts.join('\n---\n'));
      for (const text of texts) assert.match(text, done);
      await once();
      for (const one of pages) await one.context().close();
    });
  }
  test(`a form that was used says so, and makes a new one of what it holds: ${lang}`, async () => {
    const item = shelf();
    const before = await level(item);
    const page = await signIn(await openWindow(browser, { lang }), desk, 'operator');
    await page.goto(`${desk.address}${item.path}/deduct`);
    await fillDeduct(page, 3);
    const second = await page.context().newPage();
    await second.goto(page.url());
    await submit(page);
    await confirm(page);
    await page.waitForSelector('main .msg.ok');
    await fillDeduct(second, 4);
    await submit(second);
    await second.waitForSelector('main .msg.warn h1');
    assert.match(await says(second), WORDS[lang].used);
    assert.equal(await level(item), before - 3);
    await second.click('main .btn.pri');
    await second.waitForSelector(CONFIRM);
    assert.notEqual(second.url(), page.url());
    await confirm(second);
    await second.waitForSelector('main .msg.ok');
    assert.equal(await level(item), before - 3 - 4);
    await page.context().close();
  });

  test(`two supervisors approve one request: one effect, and the later reads who was first: ${lang}`, async () => {
    const item = shelf();
    const before = await level(item);
    const asking = await signIn(await openWindow(browser, { lang }), desk, 'operator');
    await asking.goto(`${desk.address}${item.path}/adjust`);
    await fillAdjust(asking, 5000, 'pallet 17');
    await submit(asking);
    await asking.waitForURL(/\/ops\/op_/);
    const told = await together(lang, asking.url(), (page) => page.click(CONFIRM), 'main .msg.ok');
    const names = told.map((text) => WORDS[lang].again.exec(text)?.[1]).filter(Boolean);
    assert.equal(names.length, 1, told.join('\n---\n'));
    assert.equal(await level(item), before + 5000);
    await asking.context().close();
  });

  test(`two people cancel one order: its goods come back once, and both read it: ${lang}`, async () => {
    const item = shelf();
    const order = await placeOrder(shop, item);
    const before = await level(item);
    const page = await signIn(await openWindow(browser, { lang }), desk, 'supervisor');
    await page.goto(`${desk.address}${order}/cancel`);
    await page.check('#reason');
    await submit(page);
    await page.waitForURL(/\/ops\/op_/);
    const told = await together(lang, page.url(), (one) => one.click(CONFIRM), 'main .msg.ok');
    for (const text of told) assert.match(text, WORDS[lang].cancelled);
    assert.equal(await level(item), before + 1);
    await page.context().close();
  });

  test(`two people settle one late payment: it has one outcome, and the later reads it: ${lang}`, async () => {
    const order = await placeOrder(shop, shelf());
    await till.pay(order, { amount_minor: 100 });
    const looking = await signIn(await openWindow(browser, { lang }), desk, 'supervisor');
    const late = await latePayment(looking, desk, order);
    const settle = async (page) => {
      await page.fill('#note', '顾客到店退现金');
      await press(page, `${late}/handle`);
    };
    const told = await together(lang, `${desk.address}${late}/handle`, settle, 'main #timeline');
    for (const words of [WORDS[lang].handled, WORDS[lang].handledBefore]) {
      assert.equal(told.filter((text) => words.test(text)).length, 1, told.join('\n---\n'));
    }
    await looking.context().close();
  });
}

// A supervisor and an admin open one page and do the same at once: what each reads then.
async function together(lang, address, act, shown) {
  const pages = [];
  for (const role of ['supervisor', 'admin']) {
    const page = await signIn(await openWindow(browser, { lang }), desk, role);
    await page.goto(address);
    pages.push(page);
  }
  await Promise.all(pages.map(act));
  const told = await Promise.all(pages.map(async (page) => {
    await page.waitForSelector(shown);
    return says(page);
  }));
  for (const page of pages) await page.context().close();
  return told;
}
