import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOOKS, named, openBrowser, openWindow, signIn } from './browser.mjs';
import { openDesk, openShop } from './desk.mjs';
import { openShelf, confirm, submit, fillSheet, badSheet } from './states.mjs';
import * as checks from './checks.mjs';
const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const desk = await openDesk();
const browser = await openBrowser();
const at = (p) => desk.address + p;
const log = (...a) => console.log(new Date().toISOString().slice(11, 23), ...a);
try {
  const shop = await openShop(desk);
  const shelf = await openShelf(shop);
  const item = shelf(), other = shelf();
  const boss = await signIn(await openWindow(browser, {}), desk, 'admin');
  const chen = await signIn(await openWindow(browser, {}), desk, 'supervisor');
  const li = await signIn(await openWindow(browser, {}), desk, 'operator');
  await boss.goto(at('/reconciliation'));
  await boss.click('main form[action="/reconciliation"] button');
  await chen.goto(at('/stock/import'));
  await fillSheet(chen, badSheet(item, other));
  await submit(chen);
  const draft = chen.url();
  const op = draft.split('/').pop();
  await confirm(chen);
  await boss.goto(at('/health/read-only'));
  await boss.click('main form button[type=submit]');
  await li.goto(at(`${item.path}/deduct`));
  await new Promise((r) => setTimeout(r, 3000));
  await boss.goto(at('/health'));
  await boss.click('main form[action$="/resume"] button');
  await new Promise((r) => setTimeout(r, 2500));
  const pages = { health: '/health', sku: item.path, overview: '/', 'docs-api': '/docs/api', ledger: '/ledger', stock: '/stock', audit: '/audit?kind=user_created' };
  for (const look of LOOKS) {
    const page = await signIn(await openWindow(browser, look), desk, 'operator');
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(at(path));
      await page.screenshot({ path: join(folder, `${named(look).replaceAll(' ', '-')}-${name}.png`), fullPage: name !== 'docs-api' });
      for (const [what, check] of Object.entries(checks)) {
        try { await page.pending; const said = await check(what === 'validity' ? page.sent : page); if (said && said.length) log(named(look), name, what, JSON.stringify(said).slice(0, 600)); } catch (e) { log(named(look), name, what, String(e).slice(0, 600)); }
      }
      for (const c of page.complaints.splice(0)) log(named(look), name, c);
    }
    // The number of a bulk operation in a form.
    await page.goto(at(`${item.path}/deduct`));
    await page.fill('#units', '2');
    await page.check('#reason');
    await page.$eval('input[name=op]', (e, v) => { e.value = v; }, op);
    await submit(page);
    await page.screenshot({ path: join(folder, `${named(look).replaceAll(' ', '-')}-used.png`), fullPage: true });
    await page.context().close();
  }
  log('pictures done');
  // 20,000 lines.
  let skus = 'warehouse,sku,name,available\n';
  for (let n = 0; n < 20000; n += 1) skus += `${item.warehouse},BIG-${n},Big ${n},100\n`;
  writeFileSync('/tmp/desk-big.csv', skus);
  let t = Date.now();
  log(await desk.command(['import-stock', '/tmp/desk-big.csv']), Date.now() - t, 'ms import-stock');
  let selling = true, sold = 0, worst = 0; const times = [];
  const sell = async () => {
    while (selling) {
      const t0 = performance.now();
      const answer = await shop('POST', '/api/v1/orders', { order_no: `T-${process.pid}-${sold}`, warehouse: item.warehouse, lines: [{ sku: `BIG-${sold % 20000}`, quantity: 1 }] });
      if (answer.status !== 201) log('order', JSON.stringify(answer));
      times.push(performance.now() - t0); sold += 1;
      await new Promise((r) => setTimeout(r, 20));
    }
  };
  const told = () => { const s = times.splice(0).sort((a, b) => a - b); return `orders ${s.length}, p50 ${s[s.length >> 1]?.toFixed(0)} p99 ${s[Math.floor(s.length * 0.99)]?.toFixed(0)} max ${s[s.length - 1]?.toFixed(0)} ms`; };
  const seller = sell();
  await new Promise((r) => setTimeout(r, 3000));
  log('quiet:', told());
  let sheet = 'warehouse,sku,change\n';
  for (let n = 0; n < 20000; n += 1) sheet += `${item.warehouse},BIG-${n},-1\n`;
  chen.setDefaultTimeout(120000);
  await chen.goto(at('/stock/import'));
  await fillSheet(chen, { name: 'big.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
  t = Date.now();
  await submit(chen);
  log('prepare', Date.now() - t, 'ms', told());
  const big = chen.url();
  const run = async (what) => {
    await chen.fill('#count', '20000');
    t = Date.now();
    await confirm(chen);
    log(what, 'confirm answered', Date.now() - t, 'ms');
    const seen = [];
    for (;;) {
      const text = await (await chen.request.get(chen.url().split('?')[0])).text();
      const done = /([\d,]+) of 20,000 done/.exec(text);
      const end = /[\d,]+ of 20,000 changes made/.exec(text);
      if (done) seen.push(done[1]);
      if (end) { log(what, 'all', Date.now() - t, 'ms', end[0], 'progress', [...new Set(seen)].filter((_, i, a) => i % Math.ceil(a.length / 10) === 0).join(' '), told()); break; }
      await new Promise((r) => setTimeout(r, 500));
    }
  };
  await run('apply');
  await chen.goto(`${big}/undo`);
  await chen.check('#reason');
  t = Date.now();
  await submit(chen);
  log('prepare undo', Date.now() - t, 'ms', told());
  await run('undo');
  selling = false; await seller;
  t = Date.now();
  log((await desk.command(['verify'])).split('\n').slice(-12).join(' | '), Date.now() - t);
} catch (error) { console.log(error, desk.log().slice(-3000)); } finally { await browser.close(); await desk.close(); }
