// A row of a run or of a plan as a line of the table, and as a line of a CSV file.

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

const OWN = ["row", "status", "verified", "code", "message", "http", "attempts", "request_id", "started", "ms", "wave"];

function csvLines(places) {
  const lines = [["id", "_name", ...OWN.map(name => `_${name}`), "_fields", "_changes"]];
  for (const place of places) {
    const row = ROWS[place];
    const changes = changesOf(row);
    const told = changes.map(one => `${one.field}: ${named(one.field, one.before)} -> ${named(one.field, one.after)}`);
    const own = OWN.map(name => (name === "message" ? messageOf(row) : cell(row, name)));
    lines.push([cell(row, "id"), cell(row, "name"), ...own, changes.map(one => one.field).join(", "), told.join("\n")]);
  }
  return lines;
}
