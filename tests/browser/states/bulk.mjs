// Many changes as one operation: by a sheet, by boxes that are checked, and undone.

import { confirm, badSheet, fillSheet, sheet, submit } from '../forms.mjs';
import { sellOut } from '../goods.mjs';

export async function bulk(stops) {
  const { at, see, operator, supervisor, viewer, item, shelf } = stops;
  const other = shelf();
  await supervisor.goto(at('/stock/import'));
  await see(supervisor, 'import');
  await submit(supervisor);
  await see(supervisor, 'import-422');
  await fillSheet(supervisor, badSheet(item, other));
  await submit(supervisor);
  await see(supervisor, 'bulk-preview');
  const draft = supervisor.url();
  await operator.goto(draft);
  await see(operator, 'bulk-request');
  await supervisor.goto(`${draft}?show=cannot`);
  await see(supervisor, 'bulk-cannot');
  await confirm(supervisor);
  await see(supervisor, 'bulk-receipt');
  await supervisor.goto(`${draft}?again=1`);
  await see(supervisor, 'bulk-again');
  await viewer.goto(draft);
  await see(viewer, 'bulk-receipt-viewer');
  await supervisor.click('main .acts a[href$="/undo"]');
  await see(supervisor, 'bulk-undo');
  await submit(supervisor);
  await see(supervisor, 'bulk-undo-422');
  await supervisor.check('#reason');
  await submit(supervisor);
  await see(supervisor, 'bulk-undo-preview');
  await confirm(supervisor);
  await see(supervisor, 'bulk-undone');
  await operator.goto(at(`/stock?q=${encodeURIComponent(item.sku.slice(0, 2))}`));
  await operator.check('main input[name=sel] >> nth=0');
  await see(operator, 'stock-selected');
  await operator.click('#pick button');
  await see(operator, 'change');
  await operator.click('main form[action="/stock/change"] button[type=submit]');
  await see(operator, 'change-422');
  await operator.goto(at('/ops'));
  await see(operator, 'ops-bulk');
  await stages(stops, other);
}

async function drafted({ at, supervisor }, lines) {
  await supervisor.goto(at('/stock/import'));
  await fillSheet(supervisor, sheet(lines));
  await submit(supervisor);
  await supervisor.waitForURL(/\/ops\/op_/);
  return supervisor.url().split('/').pop();
}

// What only time, a crowd or a slow moment brings about.
async function stages(stops, other) {
  const { see, desk, shop, supervisor, operator, shelf } = stops;
  const gone = shelf();
  const row = (item, change) => `${item.warehouse},"${item.sku}",${change},,`;
  await drafted(stops, [row(other, -1), row(gone, -1)]);
  const bringBack = await sellOut(shop, gone);
  await confirm(supervisor);
  await see(supervisor, 'bulk-partly');
  await bringBack();
  const same = await drafted(stops, [row(other, -1), row(gone, -1)]);
  await see(supervisor, 'bulk-same-file');
  await supervisor.click('main form[action$="/discard"] button');
  await see(supervisor, 'bulk-discarded');
  await supervisor.goto(`${supervisor.url().split('/ops/')[0]}/ops/${same}/undo`);
  await see(supervisor, 'bulk-undo-of-nothing');
  const many = Array.from({ length: 60 }, (_, n) => `${other.warehouse},"${other.sku}",${n % 2 ? 1 : -1},,${n}`);
  await drafted(stops, many);
  await see(supervisor, 'bulk-repeated-sku');
  const { json } = await shop('GET', `/api/v1/stock?warehouse=${other.warehouse}&limit=60`);
  const counted = json.items.filter((item) => !item.unlimited);
  const long = await drafted(stops, counted.map((item) => row(item, 1)));
  await see(supervisor, 'bulk-typed');
  await confirm(supervisor);
  await see(supervisor, 'bulk-typed-422');
  // Confirmed, and nobody comes to carry it out.
  await desk.sql(`UPDATE bulk_operations SET status = 'running', confirmed_by = 'chen.yu',
    confirmed_at = UTC_TIMESTAMP(6), leased_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE op = '${long}'`);
  await operator.goto(supervisor.url().replace(/\/confirm$/, ''));
  await see(operator, 'bulk-running');
  await desk.sql(`UPDATE bulk_operations SET leased_until = UTC_TIMESTAMP(6) WHERE op = '${long}'`);
  const late = await drafted(stops, [row(other, -2)]);
  await desk.sql(`UPDATE bulk_operations SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR WHERE op = '${late}'`);
  await confirm(supervisor);
  await see(supervisor, 'bulk-expired-410');
}
