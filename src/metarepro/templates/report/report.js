// Sorting, filtering, column switches and downloads for the tables. Everything is readable without.
"use strict";

const MIN_ROWS = 6; // shorter tables need no controls, unless they have columns to switch

for (const box of document.querySelectorAll("[data-table]")) {
  const table = box.querySelector("table");
  const rows = Array.from(table.tBodies[0].rows);
  if (rows.length >= MIN_ROWS || table.querySelector("[data-optional]")) enhance(box, table, rows);
}

function enhance(box, table, rows) {
  const headings = Array.from(table.tHead.rows[0].cells);
  const controls = element("div", { className: "controls" });
  const filters = [searchField(), ...headings.flatMap(choiceField)];
  const shown = element("output", {});
  const save = element("button", { type: "button", textContent: "Download what is shown" });
  save.addEventListener("click", () => download(box.dataset.table, headings, rows));
  controls.append(...filters.map((filter) => filter.label), shown, save, columnSwitches());
  box.prepend(controls);
  headings.forEach(makeSortable);
  update();

  function searchField() {
    const input = element("input", { type: "search" });
    input.addEventListener("input", update);
    return {
      label: labelled("Find in the rows", input),
      fits: (row) => words(row).includes(input.value.trim().toLowerCase()),
    };
  }

  function choiceField(heading, place) {
    if (!heading.hasAttribute("data-choice")) return [];
    const values = Array.from(new Set(rows.map((row) => textOf(row.cells[place])))).sort();
    if (values.length < 2) return [];
    const select = element("select", {});
    select.append(new Option("all", ""), ...values.map((value) => new Option(value || "(empty)", `=${value}`)));
    select.addEventListener("change", update);
    return [
      {
        label: labelled(textOf(heading), select),
        fits: (row) => select.value === "" || `=${textOf(row.cells[place])}` === select.value,
      },
    ];
  }

  function update() {
    let count = 0;
    for (const row of rows) {
      row.hidden = !filters.every((filter) => filter.fits(row));
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

function words(row) {
  return row.textContent.toLowerCase();
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
