// One desk and one browser for a whole run, and the goods that its tests use up.

import { after } from 'node:test';

import { openBrowser } from './browser.mjs';
import { NEW, openDesk, openShop } from './desk.mjs';
import { openShelf, openTill } from './goods.mjs';

export const desk = await openDesk();
export const browser = await openBrowser();
export const shop = await openShop(desk);
export const shelf = await openShelf(shop);
export const till = openTill(desk);

let opened;
// A desk where nothing has happened yet, for those who ask for it.
export const fresh = () => {
  opened ??= openDesk(NEW);
  return opened;
};

// The units of an item that can be sold now.
export const level = async (item) => (await shop('GET', `/api/v1${item.path}`)).json.available;

after(async () => {
  await browser.close();
  await desk.close();
  if (opened) await (await opened).close();
});
