// Accounts of a fleet: as lines of the table, as what shows when one is opened, and which of them are wanted.

const TONES = { stopped: "bad", not_planned: "bad", not_all: "open", not_begun: "open", at_work: "same", as_wanted: "done" };
const toneOf = row => TONES[cell(row, "state")] ?? "open";

let lowerAccounts = null;

function makeSearchable() {
  lowerAccounts ??= ROWS.map(row => [
    cell(row, "account"), cell(row, "owner"), cell(row, "server"), cell(row, "why"),
    ...codesOf(row).flatMap(code => [code, DATA.codes[code]?.title, DATA.codes[code]?.title_de]),
    WORDS.en[`state_${cell(row, "state")}`], WORDS.de[`state_${cell(row, "state")}`],
  ].join("\n").toLowerCase());
}

function matcher(text) {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!terms.length) return () => true;
  makeSearchable();
  return (row, place) => terms.every(term => lowerAccounts[place].includes(term));
}

/** The code of the account itself, and those of its rows that are still to be done. */
const codesOf = row => [cell(row, "code"), ...cell(row, "codes").map(([code]) => code)].filter(Boolean);
const fits = (row, wish) => !wish.code || codesOf(row).includes(wish.code);
const hasStatus = (row, status) => (status === "todo" ? !cell(row, "done") : cell(row, "state") === status);
const isToldInPrint = row => !cell(row, "done");

const KEYS = {
  row: row => cell(row, "row"),
  account: row => cell(row, "account"),
  state: row => DATA.statuses.indexOf(cell(row, "state")),
  left: row => -cell(row, "left"),
  changes: row => cell(row, "changes"),
  requests: row => cell(row, "requests"),
  seconds: row => cell(row, "seconds"),
};

function took(seconds) {
  if (seconds < 60) return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

const END_TONES = { updated: "done", unchanged: "same", failed: "bad", invalid: "bad" };
const ends = row => cell(row, "counts").map(([status, count]) =>
  h("span", { class: `badge ${END_TONES[status] ?? "open"}` }, `${number(count)} ${t(`status_${status}`)}`));

function rowLine(row, place, isOpen) {
  const opener = h("button", {
    type: "button", class: "opener", "aria-expanded": String(isOpen), "aria-controls": `detail-${place}`,
    "aria-label": `${cell(row, "account")}: ${t("open_account")}`,
  }, number(cell(row, "row")));
  const figure = text => h("td", { class: "figure", role: "cell" }, text);
  return h("tr", { class: `line ${toneOf(row)}`, "data-place": place, role: "row" },
    h("td", { class: "at", role: "cell" }, opener),
    h("td", { class: "who", role: "cell" }, cell(row, "account") ? foreign(cell(row, "account")) : h("i", {}, t("no_account")), " ", linkOf(row)),
    h("td", { class: "state", role: "cell" }, h("span", { class: `badge ${toneOf(row)}` }, t(`state_${cell(row, "state")}`))),
    h("td", { class: "what", role: "cell" }, ...ends(row), whyOf(row)),
    figure(number(cell(row, "changes"))),
    figure(number(cell(row, "requests"))),
    figure(cell(row, "seconds") ? took(cell(row, "seconds")) : "–"));
}

const linkOf = row => cell(row, "link") && h("a", { class: "own", href: cell(row, "link") }, t("own_report"));

/** Why an account is not as wanted, on a line. */
function whyOf(row) {
  if (cell(row, "done")) return null;
  const code = cell(row, "code");
  if (code) return h("p", { class: "because" }, h("code", { class: "code" }, code), " ", ...titleOrWords(code, cell(row, "why")));
  return h("p", { class: "because" }, cell(row, "codes").slice(0, 2).flatMap(([code, count], at) => [
    at ? h("span", { class: "sep" }, " · ") : "", `${number(count)} × `, h("code", { class: "code" }, code), ` ${shortly(titleOf(code), 80)}`]));
}

const titleOrWords = (code, words) => (language() === "de" && titleOf(code)
  ? [shortly(titleOf(code), 160)]
  : [h("span", { lang: "en" }, foreign(shortly(words || titleOf(code), 160)))]);

function detailOf(row) {
  const code = cell(row, "code");
  return h("div", { class: "detail" },
    (code || cell(row, "why")) && h("div", { class: "told" },
      cell(row, "why") && h("p", { lang: "en" }, foreign(cell(row, "why"))),
      code && explained(code)),
    ...cell(row, "codes").map(([code, count]) => h("div", { class: "told" },
      h("p", {}, `${t("rows_left", { n: number(count) })}: `, h("code", {}, code), ` ${titleOf(code)}`), remedyOf(code))),
    h("dl", { class: "facts small" }, factsOf(row).map(([name, value]) =>
      h("div", {}, h("dt", {}, t(name)), h("dd", {}, foreign(String(value)))))),
    cell(row, "link") && h("p", {}, linkOf(row)));
}

const explained = code => [h("p", { class: "quiet" }, `${code}: ${titleOf(code)}`), remedyOf(code)];
const remedyOf = code => DATA.codes[code]?.remedy &&
  h("p", { lang: "en" }, h("strong", { lang: language() }, `${t("remedy")} `), foreign(DATA.codes[code].remedy));

function factsOf(row) {
  const time = name => cell(row, name) && new Date(cell(row, name)).toLocaleString(locale());
  return [
    ["owner", cell(row, "owner")],
    ["server", cell(row, "server")],
    ["rows", number(cell(row, "rows"))],
    ["left", cell(row, "left") && number(cell(row, "left"))],
    ["changes", number(cell(row, "changes"))],
    ["requests", number(cell(row, "requests"))],
    ["began", time("began")],
    ["ended", time("ended")],
    ["took", cell(row, "seconds") && took(cell(row, "seconds"))],
    ["epoch", cell(row, "epoch") > 1 && number(cell(row, "epoch"))],
  ].filter(([, value]) => value);
}

const CELLS = ["account", "state", "code", "why", "rows", "left", "changes", "requests", "seconds", "began", "ended", "epoch", "server", "owner"];

function csvLines(places) {
  const ends = DATA.ends;
  const lines = [[...CELLS.map(name => (name === "why" ? "message" : name)), ...ends]];
  for (const row of places.map(place => ROWS[place])) {
    const counts = Object.fromEntries(cell(row, "counts"));
    const own = CELLS.map(name => (name === "seconds" && language() === "de" ? String(cell(row, name)).replace(".", ",") : cell(row, name)));
    lines.push([...own, ...ends.map(status => counts[status] ?? 0)]);
  }
  return lines;
}
