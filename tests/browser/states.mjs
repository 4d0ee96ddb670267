// Every page, and every state a page can be in, reached as people reach it.

import { openWindow, signIn } from './browser.mjs';
import { placeOrder } from './goods.mjs';
import { administration } from './states/administration.mjs';
import { bulk } from './states/bulk.mjs';
import { corrections, counting } from './states/corrections.mjs';
import { late } from './states/late.mjs';
import { lists } from './states/lists.mjs';
import { cancelling } from './states/orders.mjs';
import { problems } from './states/problems.mjs';
import { newDesk } from './states/new-desk.mjs';

// Walks through all of it in one language. `see(page, name)` is called in every state.
// `world`: the desk, its shop, shelf and till, and `fresh()`, a desk where nothing has happened.
export async function walk(browser, world, look, see) {
  const { desk, shop, shelf } = world;
  const people = {};
  for (const role of ['operator', 'supervisor', 'viewer', 'admin']) {
    people[role] = await signIn(await openWindow(browser, look), desk, role);
  }
  const visitor = await openWindow(browser, look);
  const at = (path) => desk.address + path;
  const order = await placeOrder(shop, shelf());
  const stops = { ...world, ...people, browser, look, visitor, at, see, item: shelf(), order };
  for (const part of [lists, administration, corrections, counting, bulk, cancelling, late, problems, newDesk]) {
    await part(stops);
  }
  for (const page of [visitor, ...Object.values(people)]) {
    await page.context().close();
  }
}
