// Script in every text that a record takes, looked at on every page that shows it (U-06, S-04): Chromium reads each page, and holds no
// element and no attribute that came from a text; no dialog opens, and its policy has nothing to report.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, org, signedIn, url } from './browser.mjs';

const mark = 'p666';
const js = `window.${mark}=1;alert(1)`;
const payloads = [
  `<script>${js}</script>`, `<img src=x onerror="${js}">`, `<svg onload="${js}">`, `"><script>${js}</script>`, `'><img src=x onerror=${js}>`,
  `" onmouseover="${js}" ${mark}="`, `' onfocus='${js}' autofocus ${mark}='`, `</title><script>${js}</script>`, `</textarea><script>${js}</script>`,
  `</script><script>${js}</script>`, `</style><script>${js}</script>`, `</template><${mark}>`, `</option></select><img src=x onerror=${js}>`,
  `--><script>${js}</script><!--`, `]]><script>${js}</script>`, `<a href="javascript:${js}">a</a>`, `[a](javascript:${js})`,
  `[a](JaVaScRiPt:${js})`, `[a](data:text/html,<script>${js}</script>)`, `[a](vbscript:${mark})`, `![a](javascript:${js})`,
  `![a](x" onerror="${js})`, `[a](<javascript:${js}>)`, `<javascript:${js}>`, `[a]: javascript:${js}\n[a]`, `<https://e.example/"onclick=${js}>`,
  `<iframe src="javascript:${js}"></iframe>`, `<iframe srcdoc="<script>${js}</script>">`, `<object data="javascript:${js}">`, `<embed src="javascript:${js}">`,
  `<form action="javascript:${js}"><button>x</button></form>`, `<input onfocus="${js}" autofocus>`, `<button formaction="javascript:${js}">x</button>`,
  `<details open ontoggle="${js}">`, `<video><source onerror="${js}"></video>`, `<audio src onerror="${js}">`, `<body onload="${js}">`,
  `<base href="https://e.example/">`, `<meta http-equiv="refresh" content="0;url=javascript:${js}">`, `<link rel="stylesheet" href="https://e.example/${mark}.css">`,
  `<style>@import 'https://e.example/${mark}.css';</style>`, `<div style="background:url(javascript:${js})">`, `<math><mi xlink:href="javascript:${js}">x</mi></math>`,
  `<svg><script href="data:,${js}"/></svg>`, `<svg><animate onbegin="${js}" attributeName="x">`, `<svg><foreignObject><body onload="${js}">`,
  `<marquee onstart="${js}">`, `<${mark}>`, `<${mark} onclick="${js}">`, `&lt;script&gt;${js}&lt;/script&gt;`, `&#60;img src=x onerror=${js}&#62;`,
  `\u003cscript\u003e${js}`, `{{constructor.constructor('${js}')()}}`, `\${${js}}`, `{% ${mark} %}`, `<%= ${mark} %>`, `＜script＞${js}＜/script＞`,
  `<scr<script>ipt>${js}</scr</script>ipt>`, `<img/src="x"/onerror="${js}">`, `<noscript><p title="</noscript><img src=x onerror=${js}>">`,
  `<table background="javascript:${js}">`, `<isindex type=image src=1 onerror=${js}>`, `<a onclick=${js} href=#>x`, `<x contenteditable onblur=${js}>y`,
];

let browser;
let page;
let dialogs = 0;
before(async () => {
  browser = await launch();
  page = await signedIn(browser, 'AIMS manager');
  page.on('dialog', (dialog) => { dialogs += 1; dialog.dismiss(); });
  await page.addInitScript(() => {
    window.reports = [];
    document.addEventListener('securitypolicyviolation', (e) => window.reports.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
});
after(async () => { await browser.close(); });

const api = (method, path, body) =>
  page.evaluate(async ([method, path, body]) => {
    const me = await (await fetch('/api/v1/me')).json();
    const headers = { 'content-type': 'application/json', 'x-aims-csrf': me.csrf };
    const answer = await fetch(path, { method, headers: method === 'GET' ? {} : headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }, [method, path, body]);

/** A record of each kind that is there, for links that must be said. */
const known = {};
let turn = 0;
const next = () => payloads[turn++ % payloads.length];

/** A value that the field takes, with a payload wherever text is taken; nothing where it names another record. */
function value(schema, required) {
  if (schema.type === 'array') {
    const one = value(schema.items, required);
    return one === undefined ? undefined : [one];
  }
  if (schema.type === 'object' && schema.properties) return object(schema);
  if (schema['x-aims-links-to']) return required ? known[schema['x-aims-links-to'][0]] : undefined;
  if (schema.oneOf?.[0]?.const) return schema.oneOf[0].const;
  if (schema.type === 'boolean') return true;
  if (schema.format === 'date') return '2026-01-15';
  if (schema.type !== 'string') return required ? schema.examples?.[0] : undefined;
  const isText = schema.maxLength > 60;
  if (!isText) return required ? schema.examples?.[0] : undefined;
  const text = next();
  return schema.pattern ? text.replace(/\n/g, ' ') : text;
}

function object(schema) {
  const all = Object.entries(schema.properties).map(([name, field]) => [name, value(field, schema.required?.includes(name))]);
  return Object.fromEntries(all.filter(([, v]) => v !== undefined));
}

/** What of the page came from a text: elements, attributes, addresses. */
const foreign = () =>
  page.evaluate((mark) => {
    const found = [];
    if (window[mark]) found.push('script has run');
    for (const element of document.querySelectorAll('*')) {
      const name = element.localName;
      const odd = ['iframe', 'object', 'embed', 'base', 'marquee', 'audio', 'video', 'math', 'foreignobject', 'animate', 'isindex', mark, 'x'];
      if (odd.includes(name)) found.push(`element ${name}`);
      if (name === 'script' && !element.nonce) found.push('script without nonce');
      if (name === 'style' || (name === 'link' && element.href.includes('e.example'))) found.push(`style ${element.outerHTML}`);
      for (const { name: attribute, value } of element.attributes) {
        if (/^on/i.test(attribute) || attribute === mark || attribute === 'style' || attribute === 'srcdoc') found.push(`${name}[${attribute}]`);
        if (['href', 'src', 'action', 'formaction', 'background', 'xlink:href', 'data'].includes(attribute) && /^\s*(javascript|vbscript|data):/i.test(value) && !value.startsWith('data:image/')) found.push(`${name}[${attribute}=${value}]`);
      }
      if (name === 'img' && element.getAttribute('src') === 'x') found.push('img');
    }
    return [...found, ...window.reports];
  }, mark);

async function look(path) {
  await page.goto(url + org + path);
  const found = await foreign();
  return found.map((what) => `${path}: ${what}`);
}

test('what people write is text on every page that shows it', { timeout: 600_000 }, async () => {
  assert.ok(payloads.length >= 60);
  await page.goto(url + org + '/registers');
  const at = `/api/v1${org}`;
  const kinds = (await api('GET', `${at}/kinds`)).body.map((kind) => kind.id);
  for (const kind of kinds) known[kind] = (await api('GET', `${at}/records?kind=${kind}&limit=1`)).body.items?.[0]?.number;
  const found = [];
  const made = [];
  const refused = {};
  for (const kind of kinds) {
    const { schema } = (await api('GET', `${at}/kinds/${kind}`)).body;
    const back = await api('POST', `${at}/records`, { kind, fields: object(schema.properties.fields) });
    assert.ok(back.status < 500, `${kind}: ${JSON.stringify(back.body)}`);
    if (back.status === 201) made.push([kind, back.body[0].number]);
    else {
      refused[kind] = back.body.errors?.[0] ?? back.body.code;
      // What refuses a text shows it again, beside what is wrong with it.
      found.push(...(await look(`/${kind}/new?title=${encodeURIComponent(next())}&name=${encodeURIComponent(next())}`)));
    }
  }
  assert.ok(made.length > 25, `${made.length} of ${kinds.length} kinds took them: ${JSON.stringify(refused)}`);
  for (const [kind, number] of made) {
    for (const path of [`/${kind}/${number}`, `/${kind}`, `/${kind}/${number}/history`, `/${kind}/${number}/versions/1`, `/${kind}/${number}/amend`]) {
      found.push(...(await look(path)));
    }
  }
  for (const text of payloads) {
    const said = encodeURIComponent(text);
    for (const path of [`/search?q=${said}`, `/risk?q=${said}`, `/requirements/${said}/${said}`, `/${said}`, `/differences?from=${said}`, `/?as_of=${said}`]) {
      found.push(...(await look(path)));
    }
  }
  for (const path of ['/', '/ledger', '/waiting', '/differences?from=%230', '/forecast', '/readiness']) found.push(...(await look(path)));
  assert.deepEqual(found, []);
  assert.equal(dialogs, 0);
  assert.deepEqual(page.complaints.filter((said) => /Content Security Policy|Trusted/.test(said)), []);
});
