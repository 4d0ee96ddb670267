// Every page and state, in both languages, wide and narrow, light and dark: accessible, valid,
// never wider than the window, and without complaints of the browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LOOKS, named } from './browser.mjs';
import { accessibility, sideways, validity } from './checks.mjs';
import { walk } from './states.mjs';
import { browser, desk, shelf, shop } from './world.mjs';

for (const look of LOOKS) {
  test(`every page is in order: ${named(look)}`, async () => {
    const found = [];
    // What the server sends depends on the language, and not on the width or the colours.
    const markup = look.width === 1280 && look.theme === 'light';
    await walk(browser, desk, shop, shelf, look, async (page, name) => {
      await page.waitForLoadState('load');
      await page.pending;
      const report = [
        ...await accessibility(page),
        ...await sideways(page),
        ...page.complaints.splice(0),
        ...(markup ? await validity(page.sent) : []),
      ];
      found.push(...report.map((line) => `${name}: ${line}`));
    });
    assert.deepEqual(found, []);
  });
}
