// The installed browser, and people who sit at it.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

import { PASSWORD, PEOPLE } from './desk.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function executable() {
  const path = process.env.CHROMIUM || PLACES.find(existsSync);
  if (!path) throw new Error('no Chromium is installed; ./dev setup installs it');
  return path;
}

// Nothing but the desk is ever asked for anything.
export const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
  '--disable-background-networking', '--disable-component-update',
];

export function openBrowser() {
  return chromium.launch({ executablePath: executable(), args: FLAGS });
}

export const LANGS = ['en', 'zh'];

// What a page looks like is the reader's: the width of the window, and the colours.
export const SIGHTS = [1280, 320].flatMap((width) => ['light', 'dark'].map((theme) => ({ width, theme })));

export async function show(page, { width, theme }) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme });
}

export const named = (look) => `${look.lang}${look.js === false ? ' without script' : ''}`;

// A window of somebody who is not signed in. Whatever the page complains of fails the test.
export async function openWindow(browser, look = {}) {
  const { lang = 'en', js = true } = look;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
    locale: lang === 'zh' ? 'zh-CN' : 'en-US',
    javaScriptEnabled: js,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    // The browser itself logs every answer of 400 and above.
    const refusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refusal) page.complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') page.complaints.push(`asks ${request.url()}`);
  });
  // The page as the server sent it, before any script touched it, and its status.
  page.sent = '';
  page.on('response', (answer) => {
    const shown = answer.request().isNavigationRequest() && (answer.status() < 300 || answer.status() >= 400);
    if (!shown) return;
    page.status = answer.status();
    page.pending = answer.text().then((text) => { page.sent = text; }, () => {});
  });
  return page;
}

// Signs somebody in by the form, as they would.
export async function signIn(page, desk, role) {
  await page.goto(`${desk.address}/login`);
  await page.fill('#name', PEOPLE[role]);
  await page.fill('#password', PASSWORD);
  await page.click('main form button[type=submit]');
  await page.waitForURL(`${desk.address}/`);
  return page;
}
