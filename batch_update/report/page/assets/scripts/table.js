// The table of rows: so many at a time, each to be opened, with what it shows told above it.

const AT_ONCE = 100;
const MOST_PRINTED = 2000;
const opened = new Set();
let places = [];

/** Show the wanted rows: those of the page, or all that are printed. */
function showRows(wish, printed = false) {
  places = wantedRows(wish);
  const pages = Math.max(1, Math.ceil(places.length / AT_ONCE));
  wish.page = Math.min(Math.max(1, wish.page), pages);
  const from = printed ? 0 : (wish.page - 1) * AT_ONCE;
  const to = Math.min(places.length, from + (printed ? MOST_PRINTED : AT_ONCE));
  const body = one("#table tbody");
  body.replaceChildren(...places.slice(from, to).flatMap(place => rowNodes(place, printed)));
  one("#none").hidden = places.length > 0;
  tellCounts(wish, from, to, pages);
}

function tellCounts(wish, from, to, pages) {
  const parts = { n: number(places.length), all: number(ROWS.length), from: number(from + 1), to: number(to) };
  const isAll = places.length === ROWS.length;
  one("#count").textContent = t(isAll ? "count_all" : "count_some", parts);
  for (const node of all(".range")) node.textContent = places.length ? t("range", parts) : "";
  for (const pager of all(".pager")) pager.hidden = pages === 1;
  for (const node of all("[data-turn]")) node.disabled = node.dataset.turn < 0 ? wish.page === 1 : wish.page === pages;
  one("#printed").textContent = places.length > to - from && to - from === MOST_PRINTED ? t("printed_some", parts) : t("printed_all", parts);
  for (const header of all("#table th[data-sort]")) {
    const name = header.dataset.sort;
    const order = wish.sort === name ? "ascending" : wish.sort === `-${name}` ? "descending" : "none";
    header.setAttribute("aria-sort", order);
  }
}

function rowNodes(place, printed) {
  const row = ROWS[place];
  const isOpen = (printed && isToldInPrint(row)) || opened.has(cell(row, "row"));
  const line = rowLine(row, place, isOpen);
  return isOpen ? [line, detailLine(row, place)] : [line];
}

function detailLine(row, place) {
  return h("tr", { class: "detail-line", id: `detail-${place}`, role: "row" },
    h("td", { colspan: "4", role: "cell" }, detailOf(row)));
}

/** Open a row, or close it. */
function toggle(line) {
  const place = Number(line.dataset.place);
  const row = ROWS[place];
  const isOpen = opened.has(cell(row, "row"));
  if (isOpen) {
    opened.delete(cell(row, "row"));
    line.nextElementSibling.remove();
  } else {
    opened.add(cell(row, "row"));
    line.after(detailLine(row, place));
  }
  one(".opener", line).setAttribute("aria-expanded", String(!isOpen));
  return [...opened];
}
