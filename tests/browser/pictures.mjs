// The pictures of the README: pages of the sample as the AIMS manager sees them. Usage: pictures.mjs FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, org, signedIn, url } from './browser.mjs';

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const pages = {
  home: { path: '/' },
  requirement: { path: '/requirements/iso-42001:2023/8.4-a' },
  system: { path: '/ai-system/SYS-0002' },
  sign: { path: '/waiting', dark: true },
};
const browser = await launch();
for (const [name, { path, dark }] of Object.entries(pages)) {
  const page = await signedIn(browser, dark ? 'top management' : 'AIMS manager', { viewport: { width: 1200, height: 780 }, colorScheme: dark ? 'dark' : 'light' });
  await page.goto(url + org + path);
  if (dark) await page.locator('main').getByRole('link', { name: /^Approve/ }).first().click();
  await page.waitForLoadState('load');
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 72 });
  await page.context().close();
}
await browser.close();
