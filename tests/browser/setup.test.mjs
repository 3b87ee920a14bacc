// The AIMS manager sets up: a new server, the first account, the organization, its roles, a first import, and what an auditor would find.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, launch } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** A server that nobody can sign in to yet, and the address that it prints. */
async function fresh(port) {
  const folder = mkdtempSync(join(process.env.AIMS_WORK, 'server-'));
  mkdirSync(join(folder, 'data'));
  const setup = join(folder, 'server.toml');
  writeFileSync(setup, `listen = "127.0.0.1:${port}"\npublic_url = "http://localhost:${port}"\ndata = "${join(folder, 'data')}"\n`);
  const server = spawn(process.env.AIMS_BIN, ['serve', '--config', setup], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const address = await new Promise((found, failed) => {
    server.stderr.on('data', (piece) => {
      said += piece;
      const match = said.match(/http:\/\/localhost:\d+\/first-run\/\S+/);
      if (match) found(match[0]);
    });
    server.on('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  return { server, address };
}

const ways = {
  'by mouse': {},
  'without script': { javaScriptEnabled: false },
  'on a phone': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

for (const [n, [way, options]] of Object.entries(ways).entries()) {
  test(`the AIMS manager sets up a new server: ${way}`, async () => {
    const { server, address } = await fresh(8480 + n);
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const sound = async () => options.javaScriptEnabled === false || assert.deepEqual(await axe(page), []);
      const base = new URL(address).origin;
      await page.goto(`${base}/`);
      assert.equal(await page.locator('#display').count(), 0, 'without the address nobody takes the server');
      await page.goto(address);
      await sound();
      await page.fill('#display', 'Ada Winter');
      await page.fill('#name', 'ada@example.org');
      await page.fill('#password', 'seven lamps in the harbour fog');
      await page.click('button[value=password]');
      await page.locator('#person').waitFor();
      await sound();
      await page.fill('form #name', 'Harbour Logistics');
      await page.click('main form button.primary');
      await page.waitForURL(/setting-up/);
      await sound();
      const org = page.url().match(/\/o\/[^/]+/)[0];
      await page.locator('#roles input[type=checkbox]').first().check();
      await page.locator('#roles button').click();
      await page.waitForURL(/setting-up/);
      assert.equal(await page.locator('#roles input:checked').count(), 1, 'the role is on record');
      // The first AI system, and the first findings about it.
      await page.goto(`${base}${org}/ai-system/new`);
      await page.fill('#f-name', 'Quay camera');
      await page.locator('main').getByRole('button', { name: 'Record it' }).last().click();
      await page.waitForURL(/SYS-0001/);
      await page.goto(`${base}${org}/`);
      await sound();
      assert.ok((await page.locator('main a[href*="state="]').count()) > 0, 'the first findings are there');
      for (const path of ['settings', 'settings/parameters', 'settings/people', 'settings/kinds', 'settings/webhooks', 'settings/jobs', 'settings/server', 'import']) {
        const response = await page.goto(`${base}${org}/${path}`);
        assert.ok(response.status() < 400, `${path}: ${response.status()}`);
        await sound();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 1, `${path} is ${wide} px too wide`);
      }
      await context.close();
    } finally {
      server.kill();
    }
  });
}
