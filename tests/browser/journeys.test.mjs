// What five people come for, from sign-in to the ledger: by mouse, by keyboard alone, and without script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, org, signedIn, url } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const byMouse = {
  press: (page, target) => target.click(),
  fill: (page, target, text) => target.fill(text),
  tick: (page, target) => target.check(),
};

/** Nothing but Tab, Enter, Space and letters: what the keyboard does not reach, this does not reach either. */
const byKeyboard = {
  press: async (page, target) => {
    await reach(page, target);
    const gone = ['load', 'download'].map((what) => page.waitForEvent(what, { timeout: 10_000 }));
    await Promise.all([Promise.race(gone), page.keyboard.press('Enter')]);
    gone.forEach((other) => other.catch(() => {}));
  },
  fill: async (page, target, text) => { await reach(page, target); await page.keyboard.press('Control+A'); await page.keyboard.type(text); },
  tick: async (page, target) => { await reach(page, target, true); await page.keyboard.press('Space'); },
};

async function reach(page, target, isChoice = false) {
  await target.waitFor();
  const group = isChoice ? await target.evaluate((e) => (e.type === 'radio' ? e.name : '')) : '';
  for (let step = 0; step < 400; step += 1) {
    if (await target.evaluate((e) => e === document.activeElement)) return;
    // Within a group of radio buttons the arrows go on, not Tab.
    const inGroup = group && (await page.evaluate((name) => document.activeElement?.name === name, group));
    await page.keyboard.press(inGroup ? 'ArrowDown' : 'Tab');
  }
  assert.fail(`the keyboard does not reach ${target}`);
}

const ways = {
  'by mouse': { hand: byMouse, options: {} },
  'by keyboard': { hand: byKeyboard, options: {} },
  'without script': { hand: byMouse, options: { javaScriptEnabled: false } },
  'on a phone': { hand: byMouse, options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
};

/** One test for each way of doing it. */
function journey(name, who, walk, only = Object.keys(ways)) {
  for (const way of only) {
    test(`${name}: ${way}`, async () => {
      const { hand, options } = ways[way];
      const page = await signedIn(browser, who, options);
      page.setDefaultTimeout(10_000);
      const go = (path) => page.goto(url + org + path);
      const main = page.locator('main');
      const link = (text) => main.getByRole('link', { name: text }).first();
      const button = (text) => main.getByRole('button', { name: text }).first();
      await walk({
        page, main, go, link, button, way,
        press: (target) => hand.press(page, target),
        fill: (target, text) => hand.fill(page, target, text),
        tick: (target) => hand.tick(page, target),
        heading: () => main.getByRole('heading', { level: 1 }).innerText(),
        soundByAxe: async () => options.javaScriptEnabled === false || assert.deepEqual(await axe(page), []),
      });
      // That a mistake was answered by 422, and what may not be read by 404, is what the browser says of it.
      assert.deepEqual(page.complaints.filter((says) => !/ (422|404) /.test(says)), []);
      await page.context().close();
    });
  }
}

journey('the system owner registers a system and completes what is missing', 'system owner', async (j) => {
  const name = `Parcel sorter ${j.way}`;
  await j.go('/ai-system');
  await j.press(j.link('Record: AI system'));
  // A mistake loses nothing: the name is missing, what was typed stays, and the first error says where.
  await j.fill(j.page.locator('#f-domain'), 'Logistics');
  await j.page.locator('#f-name').evaluate((e) => e.removeAttribute('required')).catch(() => {});
  await j.press(j.main.getByRole('button', { name: 'Record it' }).last());
  await j.page.locator('.errors').waitFor();
  assert.equal(await j.page.locator('#f-domain').inputValue(), 'Logistics');
  await j.soundByAxe();
  await j.fill(j.page.locator('#f-name'), name);
  await j.tick(j.page.locator('input[name=in_scope]').nth(1));
  await j.press(j.main.getByRole('button', { name: 'Record it' }).last());
  await j.page.waitForURL(/\/ai-system\/SYS-\d+/);
  assert.equal(await j.heading(), name);
  await j.soundByAxe();
  // The page says what is missing, and leads to the form that brings it.
  const next = j.main.getByRole('link', { name: /^Do this next/ }).first();
  await next.waitFor();
  await j.press(next);
  await j.page.waitForURL(/\/(new|amend|[a-z-]+)(\?|$)/);
  assert.notEqual(await j.heading(), name);
  await j.go(`/ai-system?q=${encodeURIComponent(name)}`);
  await j.press(j.main.getByRole('link', { name }).first());
  await j.press(j.link('Amend'));
  await j.fill(j.page.locator('#f-intended_purpose'), 'Reads labels and sorts parcels by district.');
  await j.press(j.main.getByRole('button', { name: /^Amend|^Record/ }).last());
  await j.page.waitForURL(/\/ai-system\/SYS-\d+\?done=/);
  await j.main.getByText('Reads labels and sorts parcels by district.').first().waitFor();
});

journey('the auditor samples, looks back, and verifies', 'lead auditor', async (j) => {
  await j.go('/');
  await j.press(j.main.locator('a[href*="state=major"]').first());
  await j.press(j.main.locator('a[href*="/requirements/iso-42001"]').first());
  await j.soundByAxe();
  // From the finding to the record it is about, to its history, to the entry in the ledger.
  const record = j.main.locator('#subjects ~ * a, table a, .proof a').filter({ hasText: /[A-Z]{3}-\d{4}|./ }).first();
  await record.waitFor();
  await j.go('/ai-system/SYS-0002');
  await j.press(j.page.getByRole('link', { name: 'History' }).first());
  await j.press(j.main.locator('a.no[href*="/ledger/"]').first());
  await j.soundByAxe();
  await j.go('/ai-system/SYS-0002?as_of=2025-06-01');
  assert.match(await j.page.locator('body').innerText(), /2025/);
  assert.equal(await j.main.getByRole('link', { name: 'Amend' }).count(), 0, 'the past is read only');
  await j.go('/ledger');
  await j.press(j.button('Verify now'));
  await j.main.getByRole('status').filter({ hasText: /as it was signed/i }).waitFor();
  await j.soundByAxe();
  await j.go('/ledger');
  const [bundle] = await Promise.all([j.page.waitForEvent('download'), j.press(j.button('Download bundle'))]);
  assert.match(bundle.suggestedFilename(), /\.(tar|zip|tar\.gz)$/);
});

journey('a member of staff reads a policy and confirms it', 'member of staff', async (j) => {
  await j.go('/');
  await j.soundByAxe();
  await j.go('/waiting');
  const confirm = j.main.getByRole('button', { name: /^I have read it/ });
  const before = await confirm.count();
  assert.ok(before > 0);
  await j.press(j.main.locator('li', { has: j.page.getByRole('button', { name: /^I have read it/ }) }).getByRole('link').first());
  await j.soundByAxe();
  await j.go('/waiting');
  await j.press(confirm.first());
  await j.page.waitForURL(/\/waiting$/);
  assert.equal(await confirm.count(), before - 1);
  // What is not theirs to read is absent.
  const response = await j.go('/contract/CON-0001');
  assert.equal(response.status(), 404);
});

for (const [way, { hand, options }] of Object.entries(ways)) {
  test(`anyone raises a concern and follows it, not signed in: ${way}`, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    await page.goto(`${url}/concern`);
    await hand.fill(page, page.locator('#title'), 'A score nobody may question');
    await hand.fill(page, page.locator('#statement'), 'The reasons in the letters are copied without being read.');
    await hand.press(page, page.locator('main button').first());
    const code = (await page.locator('main code').first().innerText()).trim();
    assert.match(code, /\S{8,}/);
    if (options.javaScriptEnabled !== false) assert.deepEqual(await axe(page), []);
    assert.deepEqual((await context.cookies()).filter((c) => /session|aims/.test(c.name) && c.value), [], 'nothing tells who it was');
    await page.goto(`${url}/concern/case`);
    await hand.fill(page, page.locator('#code'), code);
    await hand.press(page, page.locator('main form button').first());
    await page.locator('main dl.facts').waitFor();
    await context.close();
  });
}

test('top management approves with a passkey, and the ledger carries its signature', async () => {
  const page = await signedIn(browser, 'top management');
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.goto(`${url}/account/passkeys/new`);
  await page.fill('#name', 'Key of the board');
  await Promise.all([page.waitForURL(/\/account\/security/), page.getByRole('button', { name: 'Create passkey' }).click()]);
  await page.goto(`${url}${org}/waiting`);
  await page.locator('main').getByRole('link', { name: /^Approve document/ }).first().click();
  const record = page.url().match(/\/document\/([A-Z]+-\d+)\//)[1];
  await page.getByRole('button', { name: /with your passkey/ }).click();
  assert.deepEqual(await axe(page), []);
  await Promise.all([page.waitForURL(/done=/), page.getByRole('button', { name: 'Sign with passkey' }).click()]);
  await page.goto(`${url}${org}/ledger?record=${record}`);
  await page.locator('main a.no').nth(1).click();
  assert.match(await page.locator('main').innerText(), /passkey/i);
  assert.deepEqual(page.complaints, []);
  // The same passkey is a way in: it is offered in the field for the name, and this authenticator takes the offer at once.
  await page.context().clearCookies();
  await Promise.all([page.waitForURL((u) => u.pathname.startsWith(org)), page.goto(`${url}/sign-in`)]);
  await page.context().close();
});

journey('top management approves with a password', 'top management', async (j) => {
  await j.go('/waiting');
  const waits = j.main.getByRole('link', { name: /^Approve/ });
  const before = await waits.count();
  assert.ok(before > 0);
  await j.press(waits.last());
  const password = j.page.locator('#f-password');
  if (await password.count()) {
    const { password: word } = await import('./browser.mjs');
    await j.fill(password, word);
  }
  await j.press(j.main.locator('form.form button.button').last());
  await j.page.waitForURL(/done=/);
  await j.go('/waiting');
  assert.equal(await waits.count(), before - 1);
}, ['by mouse', 'by keyboard', 'without script']);

let cards = 0;
journey('what there is already comes in', 'AIMS manager', async ({ page, main, go, press, button, link }) => {
  cards += 1;
  await go('/import');
  const card = `---\nlicense: apache-2.0\n---\n# Reader of letters ${cards}\n\nSorts letters by what they ask.\n`;
  await main.getByLabel('File', { exact: true }).setInputFiles({ name: 'README.md', mimeType: 'text/markdown', buffer: Buffer.from(card) });
  await press(main.locator('form[enctype] button'));
  assert.equal(await main.getByLabel('Read as').inputValue(), 'model-card');
  await press(button(/^Record$/));
  await main.getByRole('heading', { name: 'Recorded' }).waitFor();
  await press(link(new RegExp(`Reader of letters ${cards}`)));
  await main.getByRole('heading', { level: 1, name: new RegExp(`Reader of letters ${cards}`) }).waitFor();
});

journey('a register kept as a spreadsheet comes in', 'AIMS manager', async ({ page, main, go, press, button }) => {
  cards += 1;
  await go('/import');
  const rows = `Name;Category\nReaders of letters ${cards};users\n`;
  await main.getByLabel('File', { exact: true }).setInputFiles({ name: 'parties.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) });
  await press(main.locator('form[enctype] button'));
  await main.locator('.errors').waitFor();
  await main.getByLabel('Register').selectOption('interested-party');
  await press(main.getByRole('button', { name: 'Show plan again' }).first());
  await main.getByText('1 to record, 0 to amend, 0 the same').waitFor();
  await press(button(/^Record$/));
  await main.getByRole('heading', { name: 'Recorded' }).waitFor();
});
