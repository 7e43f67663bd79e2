// The person's own sheets, drawn; what was found is marked in them, and the headings and names of rows stay in view.
import { SIGNS, sign } from "./findings.js";
import { $, make, say } from "./words.js";

const ORDER = Object.keys(SIGNS); // the worst first
const NARROW = 600; // pixels of room below which the names of rows get less of it
const NAME_WIDTH = 96;
const NUMBER_WIDTH = 44;
const MOST_MARKED = 1000; // cells of one range
let book, marks, drawn, leave, shown;

// `left` is told when a person goes back from a cell to its finding.
export function openBook(answer, left) {
  book = answer.book ?? { looks: [], sheets: [] };
  leave = left;
  drawn = null;
  shown = null;
  marks = new Map(book.sheets.map((sheet) => [sheet.title, new Map()]));
  answer.result.findings.forEach((finding, number) => finding.cells.forEach((place) => mark(place, finding, number)));
  $("book").hidden = !book.sheets.length;
  if (!book.sheets.length) return;
  const first = book.sheets.findIndex((sheet) => marks.get(sheet.title).size);
  draw(Math.max(first, 0));
  tellCell(null);
}

function mark(place, finding, number) {
  const { title, areas } = parse(place);
  const own = marks.get(title);
  for (const [top, left, bottom, right] of own ? areas : []) {
    const isLarge = (bottom - top + 1) * (right - left + 1) > MOST_MARKED; // of which the first cell will do
    for (let row = top; row <= (isLarge ? top : bottom); row++)
      for (let column = left; column <= (isLarge ? left : right); column++) {
        const key = `${letters(column)}${row}`;
        own.set(key, [...(own.get(key) ?? []), { finding, number }]);
      }
  }
}

// A place as findings name it, `Budget!B4:B5` or a whole sheet: its title and its areas.
function parse(place) {
  const cut = place.lastIndexOf("!");
  const match = /^([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?$/.exec(place.slice(cut + 1));
  if (cut < 0 || !match) return { title: place, areas: [] };
  const [, left, top, right = left, bottom = top] = match;
  return { title: place.slice(0, cut), areas: [[Number(top), columnNumber(left), Number(bottom), columnNumber(right)]] };
}

const columnNumber = (name) => [...name].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
const letters = (column) => (column > 26 ? letters(Math.floor((column - 1) / 26)) : "") + String.fromCharCode(65 + ((column - 1) % 26));

// Draw one sheet, and let its tab say so.
function draw(at) {
  if (drawn === at) return;
  drawn = at;
  const tabs = $("tabs");
  const hadFocus = tabs.contains(document.activeElement);
  tabs.replaceChildren(...book.sheets.map((sheet, other) => tab(sheet, other)));
  if (hadFocus) tabs.children[at].focus();
  const place = $("sheet");
  const sheet = book.sheets[at];
  place.setAttribute("aria-labelledby", `tab-${at}`);
  place.replaceChildren(...tables(sheet, place.clientWidth || 1000));
  place.scrollTo(0, 0);
  keepInView(place);
}

function tab(sheet, at) {
  const count = marks.get(sheet.title).size;
  const worst = ORDER.find((severity) => [...marks.get(sheet.title).values()].some((found) => found.some(({ finding }) => finding.severity === severity)));
  return make("button", {
    type: "button", role: "tab", id: `tab-${at}`, "aria-controls": "sheet", "aria-selected": String(at === drawn), tabindex: at === drawn ? "0" : "-1",
    click: () => draw(at),
    keydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      draw((at + step + book.sheets.length) % book.sheets.length);
    },
  }, sheet.title, count ? make("span", { class: `count ${worst}` }, String(count)) : null);
}

// One table for the letters of the columns, then one for each part of the sheet, so that a heading leaves with its part.
function tables(sheet, room) {
  const widths = sheet.columns.map(({ width, kept }) => (kept && room < NARROW ? Math.min(width, NAME_WIDTH) : width));
  const top = newTable(widths);
  top.classList.add("letters");
  top.setAttribute("aria-hidden", "true");
  top.append(make("tbody", {}, make("tr", {}, make("td"), ...sheet.columns.map(letter))));
  const parts = [];
  let part = null;
  let before = null;
  for (const row of sheet.rows) {
    if (row.part !== before) parts.push((part = newTable(widths)));
    before = row.part;
    part.tBodies[0].append(row.number ? line(row, sheet) : rest(row, sheet));
  }
  return [top, ...parts];
}

const letter = ({ name, hidden, kept }) => make("td", { class: hidden ? "hidden" : kept ? "kept" : null, "data-ref": name }, name);

function newTable(widths) {
  const columns = [NUMBER_WIDTH, ...widths].map((width) => {
    const column = make("col");
    column.style.width = `${width}px`;
    return column;
  });
  const table = make("table", {}, make("colgroup", {}, ...columns), make("tbody"));
  table.style.width = `${widths.reduce((sum, width) => sum + width, NUMBER_WIDTH)}px`;
  return table;
}

// A line in place of rows: blank ones, or more than can be drawn.
function rest({ gap, cut }, sheet) {
  const [first, last] = gap ?? cut;
  return make("tr", { class: "gap" }, make("td", { colspan: sheet.columns.length + 1 }, say(gap ? "blank_rows" : "cut_rows", { first, last })));
}

function line(row, sheet) {
  const tr = make("tr", { class: row.head ? "head" : null }, make("th", { scope: "row", class: row.hidden ? "number hidden" : "number" }, String(row.number)));
  if (row.height) tr.style.height = `${row.height}px`;
  for (const each of row.cells) tr.append(cell(row, each, sheet));
  return tr;
}

function cell(row, [at, text, style, rows = 1, columns = 1], sheet) {
  const key = `${sheet.columns[at].name}${row.number}`;
  const found = marks.get(sheet.title).get(key);
  const td = make(row.head ? "th" : "td", { scope: row.head ? "col" : null, "data-ref": key, rowspan: rows > 1 ? rows : null, colspan: columns > 1 ? columns : null });
  if (sheet.columns.slice(at, at + columns).every(({ kept }) => kept)) td.classList.add("kept");
  dress(td, book.looks[style] ?? {});
  td.append(text);
  if (found) marked(td, found, sheet.title, key);
  return td;
}

const DRESS = { fill: "backgroundColor", color: "color", align: "textAlign", valign: "verticalAlign" };

function dress(td, look) {
  for (const [name, property] of Object.entries(DRESS)) if (look[name]) td.style[property] = look[name];
  if (look.bold) td.style.fontWeight = "600";
  if (look.size) td.style.fontSize = `${look.size}px`;
  if (look.upright) Object.assign(td.style, { writingMode: "vertical-rl", textOrientation: "upright" });
  if (look.struck) td.style.textDecoration = "line-through";
}

function marked(td, found, title, key) {
  const worst = found.reduce((one, other) => (ORDER.indexOf(other.finding.severity) < ORDER.indexOf(one.finding.severity) ? other : one));
  td.classList.add("marked", worst.finding.severity);
  td.tabIndex = -1;
  td.prepend(sign(worst.finding.severity));
  td.append(make("span", { class: "unseen" }, found.map(({ finding }) => `${say(finding.severity)}: ${finding.message}`).join(" ")));
  td.addEventListener("click", () => {
    shown = worst;
    tellCell(`${title}!${key}`);
  });
  td.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter") leave((shown?.number ?? worst.number), `${title}!${key}`);
  });
}

// Headings stand below the letters, names of rows beside the numbers, wherever the sheet is scrolled to.
function keepInView(place) {
  const top = place.querySelector(".letters").offsetHeight;
  for (const table of place.querySelectorAll("table")) {
    let below = top;
    for (const tr of table.querySelectorAll("tr.head")) {
      for (const th of tr.cells) th.style.top = `${below}px`;
      below += tr.offsetHeight;
    }
  }
  let left = NUMBER_WIDTH;
  const lefts = {};
  const widths = [...place.querySelectorAll(".letters col")].map((column) => parseInt(column.style.width));
  book.sheets[drawn].columns.forEach((column, at) => {
    if (column.kept) lefts[column.name] = left;
    left += widths[at + 1];
  });
  for (const td of place.querySelectorAll(".kept")) td.style.left = `${lefts[td.dataset.ref.replace(/\d+/, "")]}px`;
}

// Go to a place of a finding: draw its sheet, bring the cell into view and give it the focus; false where it is not drawn.
export function showPlace(place, finding, findingNumber) {
  const { title, areas } = parse(place);
  const at = book.sheets.findIndex((sheet) => sheet.title === title);
  if (at < 0) return false;
  draw(at);
  shown = { number: findingNumber };
  const panel = $("sheet");
  for (const other of panel.querySelectorAll(".here")) other.classList.remove("here");
  const td = areas.length ? cellAt(panel, areas[0]) : null;
  tellCell(place, finding);
  if (!td) {
    $(`tab-${at}`).focus();
    return true;
  }
  td.classList.add("here");
  td.tabIndex = -1;
  td.focus({ preventScroll: true });
  intoView(panel, td);
  return true;
}

// The cell, or the one into which it was merged.
function cellAt(panel, [row, column]) {
  const exact = panel.querySelector(`[data-ref="${letters(column)}${row}"]`);
  if (exact) return exact;
  const origins = [...panel.querySelectorAll("[rowspan], [colspan]")].filter((td) => td.dataset.ref);
  return origins.find((td) => {
    const [, name, top] = /^([A-Z]+)(\d+)$/.exec(td.dataset.ref);
    return columnNumber(name) <= column && column < columnNumber(name) + td.colSpan && Number(top) <= row && row < Number(top) + td.rowSpan;
  });
}

// Scroll no further than needed: the cell stands below the headings and beside the names of rows.
function intoView(panel, td) {
  $("book").scrollIntoView({ block: "nearest" });
  const box = panel.getBoundingClientRect();
  const own = td.getBoundingClientRect();
  const edge = [...panel.querySelectorAll(".head .kept, .number")].reduce((most, each) => Math.max(most, each.getBoundingClientRect().right), box.left);
  const room = box.left + panel.clientWidth;
  const isSeen = td.classList.contains("kept") || (own.left >= edge && own.right <= room);
  const left = isSeen ? panel.scrollLeft : panel.scrollLeft + own.left - edge - Math.max((room - edge - own.width) / 2, 0);
  panel.scrollTo({ top: panel.scrollTop + own.top - box.top - panel.clientHeight / 2 + own.height / 2, left });
}

// What is said of the cell that is looked at.
function tellCell(place, finding) {
  const detail = $("detail");
  if (!place) return detail.replaceChildren(say(book.sheets.some((sheet) => marks.get(sheet.title).size) ? "click_a_cell" : "no_marks"));
  const { title, areas } = parse(place);
  const found = areas.length ? marks.get(title)?.get(`${letters(areas[0][1])}${areas[0][0]}`) ?? [] : [];
  const told = finding ? [{ finding }, ...found.filter((other) => other.finding !== finding)] : found;
  const number = shown?.number ?? found[0]?.number;
  const back = number === undefined ? null : make("button", { type: "button", click: () => leave(number, place) }, say("go_back"));
  detail.replaceChildren(...[back].filter(Boolean), make("strong", {}, place), ...told.map(({ finding: { severity, message, fix } }) =>
    make("p", { class: severity }, sign(severity), make("strong", {}, message), ` ${say("says_fix", { text: fix })}`)));
}
