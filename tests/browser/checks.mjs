// What every page must be, whatever it shows.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// The rules that can find something new where only the width or the colours are others.
const SEEN = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

// Accessibility: the rules that axe finds broken, one line each.
export async function accessibility(page, { again = false } = {}) {
  // Once a page is enough: it stays there while the page does.
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] }), again ? SEEN : TAGS);
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}`));
}

// It reads HTML while the browser, on another core, is looked at.
const reader = new Worker(new URL('./markup.mjs', import.meta.url));
reader.unref();

// The markup as the server sent it. `source` is the HTML. One at a time.
export async function validity(source) {
  const answer = once(reader, 'message');
  reader.postMessage(source);
  return (await answer)[0];
}

// How many pixels the page must be scrolled sideways, which is none.
export async function sideways(page) {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return over > 0 ? [`${over} px wider than the window`] : [];
}
