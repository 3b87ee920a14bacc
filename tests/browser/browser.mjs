// What every test in the browser needs: the served sample, its people, Chromium, and axe.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = process.env.AIMS_MODULES;
const require = createRequire(join(modules, 'x.js'));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(join(modules, 'axe-core/axe.min.js'), 'utf8');

export const url = process.env.AIMS_URL;
const said = readFileSync(process.env.AIMS_SAID, 'utf8');

/** Password and addresses of the sample's people, as `aims demo` tells them. */
export const password = said.match(/password of all of them: (\S+)/)[1];
export const people = Object.fromEntries(
  [...said.replace(/\u001b\[[0-9;]*m/g, '').matchAll(/^ +(\S+@tessel\.example) +.*, ([^,\n]+)$/gm)].map(([, address, role]) => [role.trim(), address]),
);
export const org = '/o/tessel';

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** A page of somebody who is signed in; everything that the browser complains about is kept in `page.complaints`. */
export async function signedIn(browser, who, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
  await page.goto(`${url}/sign-in`);
  await page.fill('input[name=name]', people[who]);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((u) => !u.pathname.startsWith('/sign-in')), page.keyboard.press('Enter')]);
  return page;
}

/** What axe finds against WCAG 2.2 A and AA, each with its place. axe is put in from outside: the page's own policy lets no foreign script in. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`);
}
