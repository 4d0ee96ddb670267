// The browser on a desk may be years old: the script is ES2017, and the style sheet uses what
// Chromium 79 knows. What is newer is found here, before such a browser shows half a page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parse } from 'acorn';

const read = (name) => readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8');

// Names of the language and the browser that came after ES2017 and Chromium 79, and look harmless.
const NEWER = ['allSettled', 'any', 'at', 'findLast', 'findLastIndex', 'groupBy', 'hasOwn', 'matchAll', 'randomUUID',
  'replaceAll', 'replaceChildren', 'structuredClone', 'toReversed', 'toSorted', 'toSpliced', 'with'];

// Every name that is called or read in the script.
function names(node, found = new Set()) {
  if (Array.isArray(node)) node.forEach((child) => names(child, found));
  else if (node && typeof node === 'object') {
    if (node.type === 'MemberExpression' && !node.computed) found.add(node.property.name);
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier') found.add(node.callee.name);
    Object.values(node).forEach((child) => names(child, found));
  }
  return found;
}

test('the script is ES2017', () => {
  const used = names(parse(read('app.js'), { ecmaVersion: 2017, sourceType: 'script' }));
  assert.deepEqual(NEWER.filter((name) => used.has(name)), []);
});

// What the sheet may be made of. Something that is missing here is looked up, and added when
// Chromium 79 knows it, or when a browser that does not loses nothing by it.
const KNOWN = {
  // A browser without them loses nothing: forced-colors is Chromium 89.
  media: ['prefers-color-scheme', 'min-width', 'max-width', 'forced-colors', 'prefers-reduced-motion'],
  // :focus-visible (86) only ever takes the outline away.
  pseudo: ['root', 'not', 'before', 'after', 'focus', 'focus-visible', 'hover', 'lang', 'first-child', 'last-child',
    'placeholder'],
  calls: ['var', 'rect', 'attr', 'calc', 'repeat', 'minmax', 'not', 'lang'],
  // color-scheme (81) and text-underline-offset (87) are only nicer.
  properties: `align-items align-self animation background background-color border border-bottom border-bottom-width
    border-collapse border-color border-left border-left-width border-radius border-style border-top box-shadow box-sizing
    clip color color-scheme content cursor display fill flex flex-basis flex-direction flex-wrap float font font-family
    font-size font-variant-numeric font-weight grid-gap grid-template-columns height justify-content left line-height
    list-style margin margin-bottom margin-left margin-right margin-top max-width min-height min-width opacity order
    outline outline-offset overflow overflow-wrap overflow-x padding padding-bottom padding-left padding-right padding-top
    page-break-inside position scroll-behavior scroll-padding-top stroke stroke-width text-align text-decoration
    text-overflow text-underline-offset top transition vector-effect vertical-align visibility -webkit-text-size-adjust
    white-space width word-break z-index`.split(/\s+/),
};

// What is used of a kind and not known, each once.
const unknown = (sheet, pattern, known) =>
  [...new Set(Array.from(sheet.matchAll(pattern), (found) => found[1]))].filter((name) => !known.includes(name));

test('the style sheet is of Chromium 79', () => {
  const sheet = read('app.css').replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/"[^"]*"/g, '""');
  assert.deepEqual(unknown(sheet, /@([a-z-]+)/g, ['media']), []);
  const queries = Array.from(sheet.matchAll(/@media([^{]*)/g), (found) => found[1]).join('\n');
  assert.deepEqual(unknown(queries, /\(([^:)]*)/g, KNOWN.media), []);
  assert.deepEqual(unknown(sheet, /([a-z-]+)\(/g, KNOWN.calls.concat('and')), []);
  // Selectors stand before a brace, declarations inside.
  const selectors = Array.from(sheet.matchAll(/([^{};]+)\{/g), (found) => found[1]).filter((text) => !text.trim().startsWith('@'));
  assert.deepEqual(unknown(selectors.join('\n'), /:([a-z-]+)/g, KNOWN.pseudo), []);
  assert.doesNotMatch(selectors.join('\n'), /&/);
  assert.deepEqual(unknown(sheet, /(?:[{;]\s*)(?!--)([a-z-]+)\s*:(?![^{};]*\{)/g, KNOWN.properties), []);
  // Gaps between flex items came with Chromium 84; a grid's are older.
  assert.doesNotMatch(sheet, /[{;]\s*gap\s*:/);
});
