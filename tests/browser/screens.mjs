// Pictures of every state in every look, for people to look at:
//   node screens.mjs FOLDER      all of them, with and without script

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LOOKS, named, openBrowser } from './browser.mjs';
import { openDesk, openShop } from './desk.mjs';
import { openShelf, walk } from './states.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('name a folder for the pictures');
const desk = await openDesk();
const browser = await openBrowser();
try {
  const shop = await openShop(desk);
  const shelf = await openShelf(shop);
  for (const look of LOOKS) {
    for (const js of [true, false]) {
      const into = join(folder, named({ ...look, js }).replaceAll(' ', '-'));
      mkdirSync(into, { recursive: true });
      let number = 0;
      await walk(browser, desk, shop, shelf, { ...look, js }, async (page, name) => {
        number += 1;
        const file = `${String(number).padStart(2, '0')}-${name.replaceAll(/[^\w-]+/g, '_')}.png`;
        await page.waitForLoadState('load');
        await page.screenshot({ path: join(into, file), fullPage: true });
        for (const complaint of page.complaints.splice(0)) console.log(`${file}: ${complaint}`);
      });
      console.log(`${into}: ${number}`);
    }
  }
} finally {
  await browser.close();
  await desk.close();
}
