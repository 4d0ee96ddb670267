// Pictures of every state in every look, for people to look at:
//   node screens.mjs FOLDER      all of them, with and without script

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LANGS, named, openBrowser, show, SIGHTS } from './browser.mjs';
import { NEW, openDesk, openShop } from './desk.mjs';
import { openShelf, openTill } from './goods.mjs';
import { walk } from './states.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('name a folder for the pictures');
const desk = await openDesk();
const fresh = await openDesk(NEW);
const browser = await openBrowser();

async function take(look) {
  let number = 0;
  await walk(browser, { ...world, fresh: () => fresh }, look, async (page, name) => {
    number += 1;
    const file = `${String(number).padStart(3, '0')}-${name.replaceAll(/[^\w-]+/g, '_')}.png`;
    await page.waitForLoadState('load');
    for (const sight of SIGHTS) {
      await show(page, sight);
      const into = join(folder, `${named(look)} ${sight.width} ${sight.theme}`.replaceAll(' ', '-'));
      mkdirSync(into, { recursive: true });
      await page.screenshot({ path: join(into, file), fullPage: true });
    }
    await show(page, SIGHTS[0]);
    for (const complaint of page.complaints.splice(0)) console.log(`${file}: ${complaint}`);
  });
  console.log(`${named(look)}: ${number}`);
}

const shop = await openShop(desk);
const world = { desk, shop, shelf: await openShelf(shop), till: openTill(desk) };
try {
  for (const lang of LANGS) {
    for (const js of [true, false]) await take({ lang, js });
  }
} finally {
  await browser.close();
  await desk.close();
  await fresh.close();
}
