// Impatience, the back button, two tabs and two people: each gives one effect and a true sentence.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openWindow, signIn } from './browser.mjs';
import { confirm, fillAdjust, fillDeduct, submit } from './states.mjs';
import { browser, desk, level, shelf } from './world.mjs';

const BUTTON = 'main form[action$="/confirm"] button[type=submit]';

async function draft(item, role = 'operator', look = {}) {
  const page = await signIn(await openWindow(browser, look), desk, role);
  await page.goto(`${desk.address}${item.path}/deduct`);
  await fillDeduct(page, 3);
  await submit(page);
  await page.waitForURL(/\/ops\/op_/);
  return page;
}

for (const js of [true, false]) {
  test(`a triple click deducts once, ${js ? 'with' : 'without'} script`, async () => {
    const item = shelf();
    const before = await level(item);
    const page = await draft(item, 'operator', { js });
    await page.click(BUTTON, { clickCount: 3, noWaitAfter: true });
    await page.waitForSelector('main .msg.ok');
    assert.equal(await level(item), before - 3);
    await page.context().close();
  });
}

test('a reload of the receipt does nothing again', async () => {
  const item = shelf();
  const before = await level(item);
  const page = await draft(item);
  await confirm(page);
  await page.waitForSelector('main .msg.ok');
  await page.reload();
  await page.waitForSelector('main .msg.ok');
  assert.equal(await level(item), before - 3);
  await page.context().close();
});

test('back and confirm again says that it was applied already', async () => {
  const item = shelf();
  const before = await level(item);
  const page = await draft(item);
  await confirm(page);
  await page.waitForSelector('main .msg.ok');
  await page.goBack();
  if (await page.locator(BUTTON).count()) {
    await page.click(BUTTON);
    await page.waitForSelector('main .msg.ok');
    assert.match(await page.innerText('main'), /Already applied at .* by li\.wei\. Nothing was done again\./);
  }
  assert.equal(await level(item), before - 3);
  await page.context().close();
});

test('back to the form that was used offers to start anew with its values', async () => {
  const item = shelf();
  const before = await level(item);
  const page = await draft(item);
  const form = `${desk.address}${item.path}/deduct?op=${page.url().split('/').pop()}`;
  await confirm(page);
  await page.waitForSelector('main .msg.ok');
  await page.goto(form);
  assert.match(await page.innerText('main'), /already used/);
  assert.equal(await level(item), before - 3);
  await page.context().close();
});

test('two tabs confirm one draft: one effect, and the second is told', async () => {
  const item = shelf();
  const before = await level(item);
  const first = await draft(item);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await confirm(first);
  await first.waitForSelector('main .msg.ok');
  await second.click(BUTTON);
  await second.waitForURL(/again=1/);
  assert.match(await second.innerText('main'), /Already applied at .* by li\.wei\. Nothing was done again\./);
  assert.equal(await level(item), before - 3);
  await first.context().close();
});

test('two supervisors confirm one request: one effect, and the later reads who was first', async () => {
  const item = shelf();
  const before = await level(item);
  const asking = await signIn(await openWindow(browser), desk, 'operator');
  await asking.goto(`${desk.address}${item.path}/adjust`);
  await fillAdjust(asking, 5000, 'pallet 17');
  await submit(asking);
  await asking.waitForURL(/\/ops\/op_/);
  const request = asking.url();
  const pages = [];
  for (const role of ['supervisor', 'admin']) {
    const page = await signIn(await openWindow(browser), desk, role);
    await page.goto(request);
    pages.push(page);
  }
  await Promise.all(pages.map((page) => page.click(BUTTON)));
  const texts = await Promise.all(pages.map(async (page) => {
    await page.waitForSelector('main .msg.ok');
    return page.innerText('main');
  }));
  assert.equal(await level(item), before + 5000);
  const told = texts.filter((text) => /Already applied at .* by (chen\.yu|admin)\. Nothing was done again\./.test(text));
  assert.equal(told.length, 1, texts.join('\n---\n'));
  for (const page of [asking, ...pages]) await page.context().close();
});
