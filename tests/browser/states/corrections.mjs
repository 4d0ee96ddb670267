// A correction, from its form to its receipt and back.

import { confirm, fillAdjust, fillDeduct, fillSet, submit } from '../forms.mjs';
import { sellOut } from '../goods.mjs';

const op = (url) => url.split('/').pop();

export async function corrections(stops) {
  const { at, see, operator, supervisor, viewer, item } = stops;
  await operator.goto(at(`${item.path}/deduct`));
  await see(operator, 'deduct');
  await operator.fill('#units', '8o');
  await submit(operator);
  await see(operator, 'deduct-422');
  await operator.goto(at(`${item.path}/deduct`));
  await fillDeduct(operator, 3, '两箱在卸货时压坏');
  await submit(operator);
  await see(operator, 'deduct-preview');
  const draft = operator.url();
  await confirm(operator);
  await see(operator, 'deduct-receipt');
  await operator.goto(`${draft}?again=1`);
  await see(operator, 'deduct-again');
  await operator.click('main .acts a[href$="/rollback"]');
  await see(operator, 'rollback');
  await submit(operator);
  await see(operator, 'rollback-422');
  await operator.check('#reason');
  await submit(operator);
  await see(operator, 'rollback-preview');
  await confirm(operator);
  await see(operator, 'rollback-receipt');
  await operator.goto(draft);
  await see(operator, 'rolled-back');
  await operator.click('main .msg.warn a[href^="/ledger/led_"]');
  await see(operator, 'entry-of-rollback');
  const back = operator.url();
  await operator.goto(`${back}/rollback`);
  await see(operator, 'rollback-of-rollback');
  await operator.goto(at(`${item.path}/deduct?op=${op(draft)}`));
  await see(operator, 'form-used');
  await operator.goto(at(`${item.path}/adjust`));
  await see(operator, 'adjust');
  await fillAdjust(operator, 5000);
  await submit(operator);
  await see(operator, 'adjust-note-422');
  await operator.fill('#note', 'pallet 17');
  await submit(operator);
  await see(operator, 'request');
  const request = operator.url();
  await supervisor.goto(request);
  await see(supervisor, 'request-of-another');
  await viewer.goto(request);
  await see(viewer, 'request-viewer');
  await supervisor.click('main form[action$="/discard"] button');
  await see(supervisor, 'discarded');
  await tooLate(stops);
}

// Drafts whose moment is over.
async function tooLate({ at, see, desk, shop, shelf, operator, supervisor, visitor }) {
  const item = shelf();
  const drafted = async (page) => {
    await page.goto(at(`${item.path}/deduct`));
    await fillDeduct(page, 3, 'pallet 17');
    await submit(page);
    await page.waitForURL(/\/ops\/op_/);
    return page.url();
  };
  const draft = await drafted(operator);
  const bringBack = await sellOut(shop, item);
  await confirm(operator);
  await see(operator, 'too-little-422');
  await operator.goto(draft);
  await see(operator, 'blocked');
  await operator.goto(at(item.path));
  await see(operator, 'sku-out');
  await bringBack();
  await operator.goto(draft);
  await desk.sql(`UPDATE operations SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR WHERE op = '${op(draft)}'`);
  await confirm(operator);
  await see(operator, 'expired-410');
  await drafted(supervisor);
  await supervisor.evaluate(() => {
    document.querySelector('form[action$="/confirm"] input[name=csrf]').value = 'stale';
  });
  await confirm(supervisor);
  await see(supervisor, 'foreign-draft-403');
  await visitor.goto(at('/login'));
  await visitor.goto(at(item.path));
  await see(visitor, 'login-next');
}

export async function counting({ at, see, operator, supervisor, item }) {
  await supervisor.goto(at(`${item.path}/set`));
  await see(supervisor, 'set');
  await submit(supervisor);
  await see(supervisor, 'set-422');
  await fillSet(supervisor, 7);
  await submit(supervisor);
  await see(supervisor, 'set-preview');
  const counted = supervisor.url();
  await operator.goto(at(`${item.path}/adjust`));
  await fillAdjust(operator, 3);
  await submit(operator);
  await confirm(operator);
  await confirm(supervisor);
  await see(supervisor, 'set-conflict-409');
  await supervisor.goto(counted);
  await see(supervisor, 'set-conflict');
  await supervisor.click('main form[action$="/recount"] button');
  await see(supervisor, 'set-conflict-422');
  await supervisor.check('#choice-difference');
  await supervisor.click('main form[action$="/recount"] button');
  await see(supervisor, 'set-difference');
  await confirm(supervisor);
  await see(supervisor, 'set-receipt');
}
