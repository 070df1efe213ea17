// A row that was opened: what changed from what to what, why it ended as it did, and how it was sent.

function detailOf(row) {
  const parts = [explained(row), changesTable(row), ...heldOf(row).map(heldBlock), ...problemsOf(row), technical(row), historyOf(row)];
  return h("div", { class: "detail" }, ...parts);
}

/** What the row was told, what its code means and what to do about it. */
function explained(row) {
  const [code, message] = [cell(row, "code"), messageOf(row)];
  const known = DATA.codes[code];
  if (!message && !known) return null;
  if (cell(row, "done") && !message) return null;
  const remedy = known && !cell(row, "done") ? known.remedy : "";
  return h("div", { class: "told" },
    message && h("p", { lang: "en" }, foreign(message)),
    titleOf(code) && titleOf(code) !== message && h("p", { class: "quiet" }, `${code}: ${titleOf(code)}`),
    remedy && h("p", { lang: "en" }, h("strong", { lang: language() }, `${t("remedy")} `), foreign(remedy)));
}

function changesTable(row) {
  const changes = changesOf(row);
  if (!changes.length) return null;
  return h("dl", { class: "changes" }, changes.map(change => h("div", { class: "change" },
    h("dt", {}, h("code", {}, change.field), change.became === "reset" && h("p", { class: "quiet" }, t("reset_by_mode"))),
    h("dd", {}, difference(change), change.files && h("p", { class: "quiet" }, t("from_file"), " ", foreign(change.files.join(", ")))))));
}

function difference({ field, before, after }) {
  if (before !== UNKNOWN && JSON.stringify(before) === JSON.stringify(after)) return foreign(unmoved(field, after));
  const texts = typeof before === "string" && typeof after === "string";
  if (texts && Math.max(before.length, after.length) > LONG && before !== "" && after !== "") return textDiff(before, after);
  const [old, now] = [named(field, before), named(field, after)];
  const isLong = Math.max(old.length, now.length) > LONG || /\n/.test(old + now);
  return h("div", { class: isLong ? "both stacked" : "both" },
    h("span", { class: isEmpty(before) ? "value none" : "value old" }, aside("before"), foreign(old)),
    h("span", { class: "arrow", "aria-hidden": "true" }, isLong ? "↓" : "→"),
    h("span", { class: isEmpty(after) ? "value none" : "value new" }, aside("after"), foreign(now)));
}

/** Nothing differs that may be shown: what a change of mode sends again, or a secret. */
const unmoved = (field, value) =>
  asText(value).includes('"***"') ? t("secret_changes") : `${t("stays")} ${named(field, value)}`;

function heldBlock(held) {
  const values = ["planned", "now", "wanted"].filter(name => !held.not_known.includes(name));
  return h("div", { class: "told held" },
    h("p", { lang: "en" }, h("code", {}, held.field), " ", foreign(held.message)),
    h("dl", { class: "three" }, values.map(name => h("div", {},
      h("dt", {}, t(`held_${name}`)), h("dd", {}, foreign(named(held.field, held[name])))))));
}

function problemsOf(row) {
  const number = cell(row, "row");
  return DATA.problems.filter(one => one.row === number).map(problemBlock);
}

function problemBlock(problem) {
  const place = problem.cell || (problem.row ? `${t("row")} ${problem.row}` : "");
  return h("div", { class: `told ${problem.severity}`, lang: "en" },
    h("p", {}, h("strong", {}, [place, problem.code].filter(Boolean).join(" · ")), " ", foreign(problem.message)),
    h("p", { class: "quiet" },
      problem.given && ["given ", foreign(problem.given, { class: "given" }), ". "],
      problem.allowed && ["allowed: ", foreign(problem.allowed), ". "],
      problem.remedy && [foreign(problem.remedy)]));
}

/** The command that tells what runs changed of this assistant: the page itself knows of one run alone. */
function historyOf(row) {
  const id = String(cell(row, "id") ?? "");
  if (!DATA.history || !/^[0-9]+$/.test(id)) return null;
  return h("div", { class: "command small" },
    h("span", { class: "for" }, t("history")),
    h("code", {}, `${DATA.history} ${id}`),
    h("button", { type: "button", class: "copy", "data-copy": "" }, t("copy_it")));
}

function technical(row) {
  const started = cell(row, "started");
  const facts = [
    ["verified", cell(row, "verified") && t(`verified_${cell(row, "verified")}`)],
    ["started", started && new Date(started).toLocaleString(locale())],
    ["took", cell(row, "ms") !== null && `${number(cell(row, "ms"))} ms`],
    ["http", cell(row, "http")],
    ["attempts", cell(row, "attempts") > 1 && number(cell(row, "attempts"))],
    ["wave", cell(row, "wave")],
    ["request_id", cell(row, "request_id")],
  ].filter(([, value]) => value || value === 0);
  if (!facts.length) return null;
  return h("dl", { class: "facts small" }, facts.map(([name, value]) =>
    h("div", {}, h("dt", {}, t(name)), h("dd", {}, foreign(String(value))))));
}
