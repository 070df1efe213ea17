// Rows of a run or of a plan: what changes in one, and whether it is among those that are wanted.

const messageOf = row => (cell(row, "message") === null ? "" : DATA.values[cell(row, "message")]);

/** What changes in a row: field, before, after. */
function changesOf(row) {
  const changes = cell(row, "changes");
  if (changes === null) return [];
  if (!IS_PLAN) {
    const value = place => (place === null ? UNKNOWN : DATA.values[place]);
    return changes.map(([field, before, after, became]) => (
      { field: DATA.fields[field], before: value(before), after: value(after), became }));
  }
  const change = DOCUMENT.changes[changes];
  return Object.keys(change.after).map(field => ({
    field,
    before: change.unknown.includes(field) ? UNKNOWN : change.before[field],
    after: change.after[field],
    files: change.files[field],
  }));
}

function fieldsOf(row) {
  const changes = cell(row, "changes");
  if (changes === null) return [];
  return IS_PLAN ? Object.keys(DOCUMENT.changes[changes].after) : changes.map(([field]) => DATA.fields[field]);
}

function heldOf(row) {
  const changes = cell(row, "changes");
  const own = cell(row, "held") ?? [];
  return IS_PLAN && changes !== null ? [...own, ...DOCUMENT.changes[changes].held] : own;
}

const lower = value => (typeof value === "string" ? value : JSON.stringify(value)).toLowerCase();

// What is searched is made lower once, as soon as there is nothing else to do.
let lowerValues = null;
let lowerRows = null;

function makeSearchable() {
  if (lowerRows) return;
  lowerValues = DATA.values.map(lower);
  lowerRows = ROWS.map(row => [
    cell(row, "row"), cell(row, "id"), cell(row, "name"), cell(row, "code"), cell(row, "request_id"),
    IS_PLAN && cell(row, "changes") !== null ? JSON.stringify(DOCUMENT.changes[cell(row, "changes")]) : fieldsOf(row).join(" "),
  ].join("\n").toLowerCase());
}

/** Whether each row holds all of the words, in whatever of its texts. */
function matcher(text) {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!terms.length) return () => true;
  makeSearchable();
  const inValues = terms.map(term => lowerValues.map(value => value.includes(term)));
  const holds = (row, place, which) => {
    if (lowerRows[place].includes(terms[which])) return true;
    const message = cell(row, "message");
    if (message !== null && inValues[which][message]) return true;
    const changes = cell(row, "changes");
    return !IS_PLAN && changes !== null &&
      changes.some(([, before, after]) => inValues[which][after] || (before !== null && inValues[which][before]));
  };
  return (row, place) => terms.every((_, which) => holds(row, place, which));
}

/** Whether a row has the code, the wave and the field that are wanted. */
function fits(row, wish) {
  if (wish.code && cell(row, "code") !== wish.code) return false;
  if (wish.wave && String(cell(row, "wave")) !== wish.wave) return false;
  return !wish.field || fieldsOf(row).includes(wish.field);
}

/** `todo` stands for all rows that something is left to do for, `mismatch` for those that were read back otherwise. */
function hasStatus(row, status) {
  if (status === "todo") return !cell(row, "done");
  if (status === "mismatch") return cell(row, "verified") === "mismatch";
  return cell(row, "status") === status;
}

const KEYS = {
  row: row => cell(row, "row"),
  id: row => Number(cell(row, "id")) || String(cell(row, "id") ?? ""),
  name: row => cell(row, "name"),
  status: row => (cell(row, "done") ? 1000 : 0) + DATA.statuses.indexOf(cell(row, "status")),
  changes: row => fieldsOf(row).length,
  ms: row => cell(row, "ms") ?? -1,
};

/** On paper every row is open. */
const isToldInPrint = () => true;
