// Sorting, filtering, column switches and downloads for the tables. Everything is readable without.
"use strict";

const MIN_ROWS = 6; // shorter tables need no controls, unless they have columns to switch

/** The filters of all tables on the page, each with its key in the address. */
const allFilters = [];

/** Rows to their words as they are compared. */
const folded = new WeakMap();

for (const box of document.querySelectorAll("[data-table]")) {
  const table = box.querySelector("table");
  const rows = Array.from(table.tBodies[0].rows);
  if (rows.length >= MIN_ROWS || table.querySelector("[data-optional]")) enhance(box, table, rows);
}
filterByAddress();
window.addEventListener("hashchange", filterByAddress);

// What the address says of other filters, or of values that no row has, is ignored.
function filterByAddress() {
  const asked = tableAddress.read(location.hash.slice(1));
  if (!asked) return;
  for (const filter of allFilters) filter.set(asked.get(filter.key) ?? "");
  const first = allFilters.find((filter) => filter.value() !== "");
  if (first) first.label.closest(".table").scrollIntoView();
}

function filtersToAddress() {
  const written = tableAddress.write(allFilters.map(({ key, value }) => ({ key, value: value() })));
  const kept = tableAddress.read(location.hash.slice(1)) ? "" : location.hash;
  history.replaceState(null, "", location.pathname + location.search + (written || kept));
}

// On a narrow screen a forest plot starts with its drawing and numbers, not with its names.
for (const frame of document.querySelectorAll(".from-end")) {
  const drawing = frame.querySelector("img");
  const turn = () => { frame.scrollLeft = frame.scrollWidth; };
  if (drawing.complete) turn();
  else drawing.addEventListener("load", turn, { once: true });
}

// A menu of the header closes when something else is clicked, and by Escape.
for (const menu of document.querySelectorAll("header.site details")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function enhance(box, table, rows) {
  const headings = Array.from(table.tHead.rows[0].cells);
  const controls = element("div", { className: "controls" });
  const filters = [searchField(), ...headings.flatMap(choiceField)];
  allFilters.push(...filters);
  const shown = element("output", {});
  const save = element("button", { type: "button", textContent: "Download what is shown" });
  save.addEventListener("click", () => download(box.dataset.table, headings, rows));
  controls.append(...filters.map((filter) => filter.label), shown, save, columnSwitches());
  box.prepend(controls);
  headings.forEach(makeSortable);
  update();

  function searchField() {
    const input = element("input", { type: "search" });
    input.addEventListener("input", changed);
    return {
      key: `${box.dataset.table}.find`,
      label: labelled("Find in this table", input),
      value: () => input.value.trim(),
      set: (value) => {
        input.value = value.slice(0, 200);
        update();
      },
      fitting: () => {
        const parts = wordSearch.parts(input.value);
        return (row) => parts.length === 0 || parts.every((part) => words(row).includes(part));
      },
    };
  }

  function choiceField(heading, place) {
    if (!heading.hasAttribute("data-choice")) return [];
    const wordsOf = (row) => textOf(row.cells[place]) || "(empty)";
    const values = Array.from(new Set(rows.map(wordsOf))).sort();
    if (values.length < 2) return [];
    const select = element("select", {});
    select.append(new Option("all", ""), ...values.map((value) => new Option(value, value)));
    select.addEventListener("change", changed);
    return [
      {
        key: `${box.dataset.table}.${textOf(heading)}`,
        label: labelled(textOf(heading), select),
        value: () => select.value,
        set: (value) => {
          select.value = values.includes(value) ? value : "";
          update();
        },
        fitting: () => {
          const asked = select.value;
          return (row) => asked === "" || wordsOf(row) === asked;
        },
      },
    ];
  }

  function changed() {
    update();
    filtersToAddress();
  }

  function update() {
    const tests = filters.map((filter) => filter.fitting());
    let count = 0;
    for (const row of rows) {
      row.hidden = !tests.every((fits) => fits(row));
      if (!row.hidden) count += 1;
    }
    shown.textContent = `${count} of ${rows.length} rows`;
  }

  function columnSwitches() {
    const fieldset = element("fieldset", {});
    fieldset.append(element("legend", { textContent: "Columns", hidden: true }));
    headings.forEach((heading, place) => {
      if (place === 0) return;
      const box = element("input", { type: "checkbox", checked: !heading.hasAttribute("data-optional") });
      const label = element("label", {});
      label.append(box, textOf(heading));
      const apply = () => [heading, ...rows.map((row) => row.cells[place])].forEach((cell) => {
        cell.hidden = !box.checked;
      });
      box.addEventListener("change", apply);
      apply();
      fieldset.append(label);
    });
    const details = element("details", {});
    details.append(element("summary", { textContent: "Columns" }), fieldset);
    return details;
  }

  function makeSortable(heading, place) {
    const name = textOf(heading);
    const button = element("button", { type: "button", textContent: name });
    heading.dataset.name = name; // for print
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = heading.classList.contains("number") ? numberOf : (cell) => textOf(cell).toLowerCase();
      const keyed = rows.map((row) => ({ row, key: key(row.cells[place]) }));
      keyed.sort((a, b) => compare(a.key, b.key, descending));
      table.tBodies[0].append(...keyed.map((entry) => entry.row));
    });
  }
}

// What has no number goes last, whichever way is sorted.
function compare(a, b, descending) {
  if (typeof a === "number") {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return descending ? b - a : a - b;
  }
  return descending ? b.localeCompare(a, "en") : a.localeCompare(b, "en");
}

// The first number in a cell: "0.34 [0.20, 0.49]", "at least 1,234", "p < 0.001".
function numberOf(cell) {
  const found = textOf(cell).replace(/\u2212/g, "-").replace(/,(?=\d{3})/g, "").match(/-?\d+(\.\d+)?(e-?\d+)?/);
  return found ? Number(found[0]) : NaN;
}

// The words of a row, folded once.
function words(row) {
  if (!folded.has(row)) folded.set(row, wordSearch.fold(row.textContent));
  return folded.get(row);
}

function textOf(cell) {
  return cell.textContent.trim();
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function labelled(name, field) {
  const label = element("label", {});
  label.append(name, field);
  return label;
}

function download(name, headings, rows) {
  const visible = rows.filter((row) => !row.hidden).map((row) => Array.from(row.cells));
  const lines = [headings, ...visible].map((cells) => cells.filter((cell) => !cell.hidden).map(csvCell).join(","));
  const address = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
  element("a", { href: address, download: `${name}.csv` }).click();
  URL.revokeObjectURL(address);
}

// An apostrophe keeps a spreadsheet from taking a text for a formula.
function csvCell(cell) {
  const text = textOf(cell);
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${inert.replace(/"/g, '""')}"`;
}
