// Makes pages quicker to use. Everything works without it; it writes text nodes only, never markup.
(() => {
  "use strict";
  const doc = document, root = doc.documentElement, body = doc.body;
  const one = (selector, within = doc) => within.querySelector(selector);
  const all = (selector, within = doc) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = doc.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const base = body.dataset.org ? `/o/${body.dataset.org}` : "";

  // Keys. Those of one letter can be switched off (WCAG 2.1.4) and rest while someone types.
  const typing = (element) => element.isContentEditable || /^(input|select|textarea)$/i.test(element.tagName);
  const step = (by) => {
    const rows = all("[data-rows] tbody tr, table.cards tbody tr, .acts > li").map((row) => one("th a, a", row)).filter((link) => link && link.offsetParent);
    if (!rows.length) return;
    const at = rows.findIndex((link) => link.closest("tr, li").contains(doc.activeElement));
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const letters = {
    "/": () => { const find = one("#find"); if (find) { find.focus(); find.select(); } },
    "?": () => { const keys = one("#keys"); if (keys) keys.showModal(); },
    j: () => step(1),
    k: () => step(-1),
  };
  doc.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (openPalette()) event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      const menu = event.target.closest?.(".menu[open]");
      if (menu) { menu.open = false; one("summary", menu).focus(); }
    }
    const letter = letters[event.key];
    if (!letter || event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === "off") return;
    if (typing(event.target) || one("dialog[open]")) return;
    event.preventDefault();
    letter();
  });

  // Menus close when one looks elsewhere.
  doc.addEventListener("click", (event) => {
    for (const menu of all(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // Go to anything.
  const palette = one("#palette");
  let chosen = -1, asked = 0;
  const openPalette = () => {
    if (!palette || !base) return false;
    if (!palette.open) palette.showModal();
    one("input", palette).select();
    return true;
  };
  if (palette && base) {
    const input = one("input", palette), list = one("[role=listbox]", palette), hint = one("p", palette), usual = hint.textContent;
    const choose = (at) => {
      const options = all("[role=option]", list);
      chosen = options.length ? (at + options.length) % options.length : -1;
      options.forEach((option, index) => option.setAttribute("aria-selected", index === chosen));
      if (chosen < 0) input.removeAttribute("aria-activedescendant");
      else { input.setAttribute("aria-activedescendant", options[chosen].id); options[chosen].scrollIntoView({ block: "nearest" }); }
    };
    const show = (results) => {
      list.replaceChildren(...results.map((result, index) => {
        const option = make("div", { role: "option", id: `go-${index}` }, make("span", { class: "no" }, result.number || ""), make("span", {}, result.title), make("span", { class: "end" }, result.kind || ""));
        option.dataset.url = result.url;
        return option;
      }));
      choose(results.length ? 0 : -1);
    };
    const ask = async () => {
      const mine = ++asked, words = input.value.trim();
      let results = [];
      if (words) {
        try {
          const answer = await fetch(`${base}/search.json?q=${encodeURIComponent(words)}`, { headers: { accept: "application/json" } });
          if (answer.ok) results = (await answer.json()).results || [];
        } catch { /* no answer: Enter still leads to the search page */ }
      }
      if (mine !== asked) return;
      show(results);
      hint.textContent = words && !results.length ? hint.dataset.none : usual;
    };
    const go = (option) => {
      const words = encodeURIComponent(input.value.trim());
      const url = option ? option.dataset.url : words && `${base}/search?q=${words}`;
      if (url && url.startsWith("/") && !url.startsWith("//")) location.assign(url);
    };
    let wait;
    input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(ask, 120); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Enter") go(all("[role=option]", list)[chosen]);
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  }

  // An error summary takes the focus, so that it is read first.
  one(".errors")?.focus();

  // Text that was typed and not recorded stays on the device, for this account, for seven days.
  const WEEK = 7 * 24 * 3600 * 1000, PREFIX = "aims-kept:";
  const shelf = {
    key: (form) => `${PREFIX}${body.dataset.account || ""}:${form.dataset.keep}`,
    read: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    write: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or refused: the guard still warns */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* refused */ } },
    sweep: () => {
      try {
        for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !(shelf.read(key)?.at > Date.now() - WEEK)) shelf.drop(key);
      } catch { /* refused */ }
    },
  };
  const written = (form) => {
    const fields = [...form.elements].filter((field) => field.name && !field.disabled && !/^(hidden|password|file|submit|button)$/.test(field.type) && field.tagName !== "BUTTON" && field.tagName !== "FIELDSET");
    return fields.map((field) => [field.name, /^(checkbox|radio)$/.test(field.type) ? `${field.value}=${field.checked}` : field.multiple ? [...field.selectedOptions].map((option) => option.value).join("\n") : field.value]);
  };
  const putBack = (form, kept) => {
    for (const table of all("table[data-editor]", form)) {
      const { template, add } = editorOf(table) || {};
      if (!template || !add) continue;
      const had = new Set(kept.map(([name]) => rowNumber(name, add.value)).filter((number) => number >= 0));
      for (const row of [...one("tbody", table).rows]) {
        const number = rowNumber(one("[name]", row)?.name, add.value);
        if (!had.delete(number)) row.remove();
      }
      for (const number of had) addRow(table, number);
    }
    const rest = new Map();
    for (const [name, value] of kept) rest.set(name, [...(rest.get(name) || []), value]);
    for (const field of form.elements) {
      const values = rest.get(field.name);
      if (!values || /^(hidden|password|file|submit|button)$/.test(field.type)) continue;
      if (/^(checkbox|radio)$/.test(field.type)) {
        const said = values.find((value) => value.startsWith(`${field.value}=`));
        if (said) field.checked = said.endsWith("=true");
      } else if (field.multiple) {
        const picked = values.shift().split("\n");
        for (const option of field.options) option.selected = picked.includes(option.value);
      } else if (values.length) field.value = values.shift();
    }
  };
  const forms = all("form[data-keep], form[data-guard]");
  if (body.dataset.recorded) shelf.drop(`${PREFIX}${body.dataset.account || ""}:${body.dataset.recorded}`);
  shelf.sweep();
  for (const form of forms) {
    let first = JSON.stringify(written(form)), leaving = false, wait;
    const dirty = () => JSON.stringify(written(form)) !== first;
    if (form.dataset.keep) {
      const key = shelf.key(form), kept = shelf.read(key), notice = one("#kept");
      if (kept && JSON.stringify(kept.text) === first) shelf.drop(key);
      else if (kept && notice) {
        form.before(notice);
        notice.hidden = false;
        one("[data-restore]", notice).addEventListener("click", () => { putBack(form, kept.text); notice.hidden = true; one("input:not([type=hidden]), textarea, select", form)?.focus(); });
        one("[data-forget]", notice).addEventListener("click", () => { shelf.drop(key); notice.hidden = true; });
      }
      form.addEventListener("input", () => {
        clearTimeout(wait);
        wait = setTimeout(() => { if (dirty()) shelf.write(key, { at: Date.now(), text: written(form) }); }, 400);
      });
      form.addEventListener("submit", () => { if (dirty()) shelf.write(key, { at: Date.now(), text: written(form) }); });
    }
    form.addEventListener("submit", () => { leaving = true; });
    addEventListener("pageshow", () => { leaving = false; });
    if ("guard" in form.dataset) addEventListener("beforeunload", (event) => { if (!leaving && dirty()) event.preventDefault(); });
  }

  // Rows of a table editor. `#` in the template row is the index, `##` the number people count with.
  const editorOf = (table) => {
    const around = table.closest("[data-editor-of], .field, form > div") || table.closest("form");
    return around && { template: one("template[data-row]", around), add: one("button[name=add]", around) };
  };
  const numbered = (node, index) => {
    const say = (text) => text.replaceAll("##", index + 1).replaceAll("#", index);
    for (const element of node.querySelectorAll("*")) for (const name of ["name", "id", "for", "value", "aria-label", "aria-describedby"]) if (element.getAttribute(name)?.includes("#")) element.setAttribute(name, say(element.getAttribute(name)));
    const walker = doc.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (walker.currentNode.data.includes("#")) walker.currentNode.data = say(walker.currentNode.data);
    return node;
  };
  const rowNumber = (name, list) => (name?.startsWith(`${list}.`) ? Number.parseInt(name.slice(list.length + 1), 10) : -1);
  const addRow = (table, number) => {
    const { template, add } = editorOf(table), rows = one("tbody", table);
    const next = () => Math.max(-1, ...all("[name]", rows).map((field) => rowNumber(field.name, add.value))) + 1;
    rows.append(numbered(template.content.cloneNode(true), number ?? next()));
    return rows.lastElementChild;
  };
  const changed = (from) => from?.dispatchEvent(new Event("input", { bubbles: true }));
  for (const table of all("table[data-editor]")) {
    const { template, add } = editorOf(table) || {};
    if (!template || !add) continue;
    add.addEventListener("click", (event) => {
      event.preventDefault();
      const row = addRow(table);
      one("input, select, textarea", row)?.focus();
      changed(row);
    });
    table.addEventListener("click", (event) => {
      const remove = event.target.closest("button[name=remove]");
      if (!remove) return;
      event.preventDefault();
      const row = remove.closest("tr"), near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (near ? one("input, select, textarea", near) : add)?.focus();
      changed(table);
    });
  }

  // A field above a long list that leaves only the options holding its words.
  for (const select of all("select[data-filter]")) {
    const options = [...select.options];
    if (options.length < 12) continue;
    const filter = make("input", { type: "search", "aria-label": select.dataset.filter, placeholder: select.dataset.filter, autocomplete: "off", class: "short" });
    filter.addEventListener("input", (event) => {
      event.stopPropagation();
      const words = filter.value.toLowerCase().split(/\s+/);
      select.replaceChildren(...options.filter((option) => option.selected || words.every((word) => option.text.toLowerCase().includes(word))));
    });
    filter.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); select.focus(); } });
    select.before(filter);
  }

  // A head cell chooses every row of the page.
  for (const tick of all("input[data-choose-all]")) tick.addEventListener("change", () => {
    for (const box of all("tbody .pick input", tick.closest("table"))) box.checked = tick.checked;
  });

  // How long ago or ahead, as a second reading.
  const units = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  try {
    const words = new Intl.RelativeTimeFormat(root.lang || "en", { numeric: "auto" });
    for (const time of all("time[datetime]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      if (Number.isNaN(seconds) || time.title) continue;
      const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) || units.at(-1);
      time.title = words.format(Math.round(seconds / length), unit);
    }
  } catch { /* an unknown language: the full date stands */ }

  // Copy, and say so.
  const said = one("#said");
  for (const button of all("[data-copy]")) button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    const before = button.textContent, word = said?.dataset.copied;
    if (!word) return;
    said.textContent = word;
    button.textContent = word;
    setTimeout(() => { button.textContent = before; said.textContent = ""; }, 2000);
  });

  // The theme changes at once and is remembered by the server.
  for (const form of all("form[data-theme-form]")) form.addEventListener("submit", async (event) => {
    const theme = event.submitter?.value;
    if (!theme) return;
    event.preventDefault();
    const data = new URLSearchParams(new FormData(form));
    data.set("theme", theme);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
      if (!answer.ok && answer.type !== "opaqueredirect") return;
      if (theme === "light" || theme === "dark") root.dataset.theme = theme;
      else delete root.dataset.theme;
    } catch { /* not reached: nothing changes */ }
  });
})();
