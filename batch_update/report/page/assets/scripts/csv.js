// The rows that are shown, as CSV that a spreadsheet program opens and runs nothing of.

const UNSEEN =
  " \\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\xa0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5" +
  "\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{e0000}-\\u{e0fff}";
const FORMULA = new RegExp(
  `^'*(?:[\\t\\r]|[${UNSEEN}\\t\\r\\n]*(?:[=@＝＠＋－]` +
  "|[+\\-](?!(?:[0-9][0-9.,]*(?:[eE][+\\-]?[0-9]+)?|[.,][0-9]+)$)" + // a number
  "(?!(?<=\\+)[0-9][0-9 ()/.\\-]*$)))", // a phone number
  "u",
);
const SPLIT = new RegExp(
  `(?<=[;,|\\t\\r\\n])([${UNSEEN}]*)(?=[=@＝＠]|[+＋－\\-]` +
  "(?![0-9 .,()/\\-]{0,40}(?:[;,|\\t\\r\\n]|$))" + // a number, a phone number
  "(?!\\s(?![^\\r\\n]{0,200}?(?:\\|[^\\r\\n]{0,200}!|[A-Za-z]\\())))", // an item of a list
  "gu",
);

/** A cell that no program calculates: a leading ' before a formula, a word joiner where splitting would make one. */
function disarmed(text) {
  const joined = text.replace(SPLIT, "$1\u2060");
  return FORMULA.test(joined) ? `'${joined}` : joined;
}

function csvCell(value, delimiter) {
  const text = disarmed(value === null || value === undefined ? "" : String(value));
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines of cells as the text of a CSV file. */
function csvText(lines) {
  const delimiter = language() === "de" ? ";" : DATA.delimiter;
  return "\ufeff" + lines.map(line => line.map(value => csvCell(value, delimiter)).join(delimiter) + "\r\n").join("");
}

function download(places) {
  const address = URL.createObjectURL(new Blob([csvText(csvLines(places))], { type: "text/csv;charset=utf-8" }));
  h("a", { href: address, download: DATA.download }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
