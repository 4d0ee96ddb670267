// Every page and state, in both languages, wide and narrow, light and dark: accessible, valid,
// never wider than the window, and without complaints of the browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LANGS, SIGHTS, openWindow, show, signIn } from './browser.mjs';
import { accessibility, sideways, validity } from './checks.mjs';
import { walk } from './states.mjs';
import { browser, desk, fresh, shelf, shop, till } from './world.mjs';

// Every rule once at each width, wide in English and narrow in Chinese; at the other sights, what
// another width or other colours can break. Colours do not depend on the language.
const [WIDE, WIDE_DARK, NARROW, NARROW_DARK] = SIGHTS;
const WHOLE = { en: [WIDE], zh: [NARROW_DARK] };
const AGAIN = { en: [WIDE_DARK, NARROW, NARROW_DARK], zh: [WIDE] };

// What is wrong with the page that is open, however it is looked at.
async function report(page, lang) {
  const markup = validity(page.sent);
  const found = [];
  for (const sight of [...WHOLE[lang], ...AGAIN[lang]]) {
    await show(page, sight);
    const again = AGAIN[lang].includes(sight);
    const seen = [...await accessibility(page, { again }), ...await sideways(page)];
    found.push(...seen.map((line) => `${sight.width} ${sight.theme}: ${line}`));
  }
  await show(page, WIDE);
  return [...found, ...page.complaints.splice(0), ...await markup];
}

// A state that is named after an answer is that answer.
const status = (page, name) => {
  const wanted = /-(\d{3})$/.exec(name)?.[1];
  return wanted && Number(wanted) !== page.status ? [`the answer was ${page.status}`] : [];
};

for (const lang of LANGS) {
  test(`every page is in order: ${lang}`, async (t) => {
    const found = [];
    let states = 0;
    await walk(browser, { desk, shop, shelf, till, fresh }, { lang }, async (page, name) => {
      await page.waitForLoadState('load');
      await page.pending;
      states += 1;
      found.push(...[...status(page, name), ...await report(page, lang)].map((line) => `${name}: ${line}`));
    });
    t.diagnostic(`${states} states`);
    assert.deepEqual(found, []);
  });
}

// How wide a number is depends on its letters.
test('the widest number that somebody is led to fits on a phone', async () => {
  const page = await signIn(await openWindow(browser, { lang: 'en' }), desk, 'supervisor');
  await show(page, NARROW);
  await page.locator('#needs a').first().evaluate((link) => { link.firstChild.textContent = `op_${'W'.repeat(26)} `; });
  assert.deepEqual(await sideways(page), []);
  await page.context().close();
});
