// Search over the whole report. The index is a script beside the pages, since a page that is opened
// from disk may not fetch; it is loaded when the field is first used.
"use strict";

(() => {
  const SHOWN = 30;
  const header = document.querySelector("header.site");
  const root = header.dataset.root;
  const form = header.querySelector("form");
  const [input, box, said, list] = ["input", ".found", ".found p", ".found ol"].map((one) => form.querySelector(one));
  let entries = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    links()[0]?.click();
  });
  form.addEventListener("keydown", move);
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) close();
  });
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", show);

  function load() {
    const script = document.createElement("script");
    script.src = `${root}search-index.js`;
    script.addEventListener("load", () => {
      // Each entry: title, kind, address, further words.
      entries = SEARCH_INDEX.map(([title, kind, href, more]) => ({
        title,
        kind,
        href,
        name: wordSearch.fold(title),
        words: wordSearch.fold(`${title} ${kind} ${more}`),
      }));
      show();
    });
    document.head.append(script);
  }

  function show() {
    const parts = wordSearch.parts(input.value);
    list.replaceChildren();
    box.hidden = parts.length === 0 || !entries;
    if (box.hidden) return;
    const found = entries
      .filter((entry) => parts.every((part) => entry.words.includes(part)))
      .map((entry) => ({ entry, rank: rank(entry, parts) }))
      .sort((a, b) => a.rank - b.rank);
    list.append(...found.slice(0, SHOWN).map(({ entry }) => item(entry)));
    said.textContent = summary(found.length);
  }

  // All words in the title come first, words that begin as asked before others.
  function rank(entry, parts) {
    const starts = (part) => entry.name.startsWith(part) || /[^\p{L}\p{N}]/u.test(entry.name[entry.name.indexOf(part) - 1] ?? "");
    if (!parts.every((part) => entry.name.includes(part))) return 2;
    return parts.every(starts) ? 0 : 1;
  }

  function summary(count) {
    if (count === 0) return "Nothing found";
    if (count > SHOWN) return `The first ${SHOWN} of ${count}: add a word to narrow the search`;
    return count === 1 ? "1 found" : `${count} found`;
  }

  function item(entry) {
    const link = Object.assign(document.createElement("a"), { href: root + entry.href, textContent: entry.title });
    const kind = Object.assign(document.createElement("span"), { textContent: entry.kind });
    const li = document.createElement("li");
    link.addEventListener("click", close);
    li.append(link, " ", kind);
    return li;
  }

  function links() {
    return Array.from(list.querySelectorAll("a"));
  }

  // Arrows lead through the field and the links; Escape leads back to the field.
  function move(event) {
    const stops = [input, ...links()];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && stops.includes(document.activeElement)) {
      event.preventDefault();
      stops[stops.indexOf(document.activeElement) + step]?.focus();
    } else if (event.key === "Escape") {
      input.focus();
      close();
    }
  }

  function close() {
    box.hidden = true;
  }
})();
