// Every page that reads, as it is: in light and dark, on a phone, at 200 %, without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, org, signedIn, url } from './browser.mjs';

const pages = [
  '/', '/waiting', '/requirements', '/requirements?state=major', '/requirements/iso-42001:2023/8.4-a', '/requirements/iso-42001:2023/A.5.2',
  '/registers', '/ai-system', '/ai-system?q=credit&sort=-name', '/ai-system?q=nothing-is-called-so', '/ai-system/SYS-0001', '/ai-system/SYS-0001/history',
  '/risk', '/policy', '/person', '/forecast', '/readiness', '/differences', '/ledger', '/search?q=credit',
  '/setting-up', '/settings', '/settings/parameters', '/settings/people', '/settings/people/invite', '/settings/people/PER-0001', '/settings/kinds', '/settings/server',
].map((path) => org + path).concat(['/account', '/organizations', '/organizations/new']);

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

for (const [how, options] of Object.entries({
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true },
})) {
  test(`axe finds nothing in any page: ${how}`, async (t) => {
    const page = await signedIn(browser, 'AIMS manager', options);
    for (const path of pages) {
      await t.test(path, async () => {
        const response = await page.goto(url + path);
        assert.ok(response.status() < 400, `${response.status()}`);
        assert.equal(await page.locator('h1').count(), 1, 'one heading names the page');
        assert.deepEqual(await axe(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 1, `the page is ${overflow} px too wide`);
      });
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

test('at 200 % zoom nothing is lost sideways', async () => {
  const page = await signedIn(browser, 'AIMS manager', { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
  for (const path of pages) {
    await page.goto(url + path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 1, `${path} is ${overflow} px too wide`);
  }
  await page.context().close();
});

test('without script every page says the same', async () => {
  const page = await signedIn(browser, 'AIMS manager', { javaScriptEnabled: false });
  for (const path of pages) {
    const response = await page.goto(url + path);
    assert.ok(response.status() < 400, `${path}: ${response.status()}`);
    assert.equal(await page.locator('h1').count(), 1, path);
  }
  await page.context().close();
});

test('pages are light: three requests, 40 KB cold', async () => {
  const context = await browser.newContext();
  const page = await signedIn(browser, 'AIMS manager');
  for (const path of ['/', '/ai-system', '/ai-system/SYS-0001', '/requirements/iso-42001:2023/8.4-a'].map((p) => org + p)) {
    const fresh = await browser.newContext({ storageState: await page.context().storageState() });
    const cold = await fresh.newPage();
    const client = await fresh.newCDPSession(cold);
    await client.send('Network.enable');
    let bytes = 0;
    let requests = 0;
    client.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
    client.on('Network.requestWillBeSent', (e) => { if (!e.request.url.startsWith('data:')) requests += 1; });
    await cold.goto(url + path, { waitUntil: 'load' });
    const icon = 1;
    assert.ok(requests <= 3 + icon, `${path}: ${requests} requests`);
    assert.ok(bytes <= 40 * 1024, `${path}: ${bytes} bytes`);
    await fresh.close();
  }
  await context.close();
});
