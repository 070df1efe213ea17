// The rows as they are kept, and which of them are shown in which order. What a row is, the script of its kind says.

const AT = Object.fromEntries(DATA.columns.map((name, place) => [name, place]));
const ROWS = DATA.rows;
const cell = (row, name) => row[AT[name]];
const titleOf = code => DATA.codes[code]?.[language() === "de" ? "title_de" : "title"] ?? "";

/** The places of the rows that are wanted, in the order that is wanted. */
function wantedRows(wish) {
  const holds = matcher(wish.q);
  const found = [];
  ROWS.forEach((row, place) => {
    if (wish.status.length && !wish.status.some(status => hasStatus(row, status))) return;
    if (fits(row, wish) && holds(row, place)) found.push(place);
  });
  return sorted(found, wish.sort);
}

function sorted(places, sort) {
  const name = sort.replace(/^-/, "");
  if (!Object.hasOwn(KEYS, name)) return places; // the address may name anything
  const sign = sort.startsWith("-") ? -1 : 1;
  const compare = new Intl.Collator(locale(), { numeric: true }).compare;
  const keyed = places.map(place => [KEYS[name](ROWS[place]), place]);
  keyed.sort(([one, at], [other, then]) => {
    const both = typeof one === "number" && typeof other === "number";
    return sign * (both ? one - other : compare(String(one), String(other))) || at - then;
  });
  return keyed.map(([, place]) => place);
}
