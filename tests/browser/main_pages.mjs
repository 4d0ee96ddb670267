// Pictures of the eight main pages, in both languages, as docs/screens shows them:
//   node main_pages.mjs FOLDER

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LANGS, openBrowser, openWindow, signIn } from './browser.mjs';
import { openDesk } from './desk.mjs';
import { fillDeduct, submit } from './forms.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('name a folder for the pictures');
mkdirSync(folder, { recursive: true });
const desk = await openDesk();
const browser = await openBrowser();

async function take(lang) {
  const page = await signIn(await openWindow(browser, { lang }), desk, 'supervisor');
  const open = (path) => page.goto(desk.address + path);
  const first = (selector) => page.locator(selector).first().getAttribute('href');
  const shoot = (name, look = lang) => page.screenshot({ path: join(folder, `${name}.${look}.png`) });

  await shoot('overview');
  await open('/ledger');
  await shoot('ledger');
  await open('/orders');
  await shoot('orders');
  await open(await first('#rows tbody th a'));
  await shoot('order');
  await open('/stock');
  await shoot('stock');
  const chosen = page.locator('input[name=sel]');
  for (let row = 2; row < 8; row += 1) await chosen.nth(row).check();
  await page.locator('#pick button').click();
  await page.waitForLoadState('load');
  await shoot('bulk');
  await open('/stock?sort=available&state=low');
  const sku = await first('#rows tbody th a');
  await open(sku);
  await shoot('sku');
  await open(`${sku}/deduct`);
  await fillDeduct(page, 1);
  await submit(page);
  await shoot('preview');
  if (lang === 'zh') {
    await page.setViewportSize({ width: 320, height: 900 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await open('/stock');
    await shoot('stock', 'zh-320-dark');
  }
  await page.context().close();
}

try {
  for (const lang of LANGS) await take(lang);
} finally {
  await browser.close();
  await desk.close();
}
