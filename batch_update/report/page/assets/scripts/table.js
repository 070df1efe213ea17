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
  const isOpen = printed || opened.has(cell(row, "row"));
  const line = rowLine(row, place, isOpen);
  return isOpen ? [line, detailLine(row, place)] : [line];
}

function rowLine(row, place, isOpen) {
  const status = cell(row, "status");
  const end = IS_PLAN && status === "not_sent" ? "left_out" : status;
  const opener = h("button", {
    type: "button", class: "opener", "aria-expanded": String(isOpen), "aria-controls": `detail-${place}`,
    "aria-label": `${t("row")} ${cell(row, "row")}: ${t("open_row")}`,
  }, String(cell(row, "row")));
  return h("tr", { class: `line ${toneOf(row)}`, "data-place": place, role: "row" },
    h("td", { class: "at", role: "cell" }, opener),
    h("td", { class: "who", role: "cell" }, foreign(cell(row, "name") || t("unnamed"), cell(row, "name") ? {} : { class: "quiet" }), " ", foreign(String(cell(row, "id") ?? ""), { class: "id" })),
    h("td", { class: "state", role: "cell" }, h("span", { class: `badge ${toneOf(row)}` }, t(`status_${end}`)),
      cell(row, "verified") === "mismatch" && h("span", { class: "badge bad" }, t("verified_mismatch"))),
    h("td", { class: "what", role: "cell" }, ...summaryOf(row)));
}

/** `done` green, `same` gray, `bad` red, `open` amber. */
function toneOf(row) {
  const status = cell(row, "status");
  if (cell(row, "done")) return status === "updated" || status === "to_change" ? "done" : "same";
  return status === "failed" || status === "invalid" || cell(row, "verified") === "mismatch" ? "bad" : "open";
}

function summaryOf(row) {
  const message = messageOf(row);
  if (message && !cell(row, "done")) {
    const code = cell(row, "code");
    return [code && h("code", { class: "code" }, code), " ", h("span", { lang: "en" }, foreign(shortly(message, 160)))];
  }
  const changes = changesOf(row);
  const told = changes.slice(0, 3).flatMap((change, at) => [at ? h("span", { class: "sep" }, " · ") : "", ...brief(change)]);
  if (changes.length > 3) told.push(h("span", { class: "quiet" }, ` ${t("more_fields", { n: changes.length - 3 })}`));
  if (heldOf(row).length) told.push(h("span", { class: "badge open" }, t("held_back", { n: heldOf(row).length })));
  if (told.length) return told;
  const code = cell(row, "code");
  if (message && message === DATA.codes[code]?.title) return [h("span", { class: "quiet" }, titleOf(code))];
  return [h("span", { class: "quiet", lang: "en" }, foreign(shortly(message, 160)))];
}

function brief({ field, before, after }) {
  const [old, now] = [named(field, before), named(field, after)];
  if (Math.max(old.length, now.length) > 30) return [h("code", {}, field), ` ${t("text_changes")}`];
  return [h("code", {}, field), " ", h("span", { class: "quiet" }, foreign(old)), " → ", foreign(now)];
}

const shortly = (text, most) => (text.length > most ? `${text.slice(0, most - 2)} …` : text);

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
