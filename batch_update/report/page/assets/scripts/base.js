// What all parts of the page share: its data, its words in two languages, elements, and texts that show what hides in them.

const read = id => JSON.parse(document.getElementById(id).textContent);
const WORDS = read("words");
const DATA = read("rows-data");
const DOCUMENT = read("document");
const IS_PLAN = DATA.kind === "plan";
const root = document.documentElement;

const language = () => (root.lang === "de" ? "de" : "en");
const locale = () => (language() === "de" ? "de-DE" : "en-US");
const number = value => new Intl.NumberFormat(locale()).format(value);

/** The words of the page's language for a key, with {name} replaced. */
function t(key, parts = {}) {
  const words = WORDS[language()][key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
}

const one = (selector, inside = document) => inside.querySelector(selector);
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

/** Make an element. Children are nodes or texts, never markup: what comes from a sheet stays text. */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

// Characters that do something to a text and are not seen; line breaks, tabs, soft hyphens and joiners of emoji are left.
const HIDDEN = /(?![\n\t\u00ad\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u;
const HIDDEN_APART = new RegExp(`(${HIDDEN.source})`, "gu");

function codeOf(character) {
  const point = character.codePointAt(0).toString(16);
  if (point.length <= 2) return `\\x${point.padStart(2, "0")}`;
  return point.length <= 4 ? `\\u${point.padStart(4, "0")}` : `\\U${point.padStart(8, "0")}`;
}

/** The text as nodes, each hidden character as its code. */
function shown(text) {
  if (!HIDDEN.test(text)) return [text];
  const parts = text.split(HIDDEN_APART).filter(part => part !== "");
  return parts.map(part => (HIDDEN.test(part) ? h("span", { class: "hidden-sign" }, codeOf(part)) : part));
}

/** Text from a sheet or a server, kept apart from the direction of what stands around it. */
const foreign = (text, attributes = {}) => h("bdi", attributes, ...shown(text));

const shortly = (text, most) => (text.length > most ? `${text.slice(0, most - 2)} …` : text);

const UNKNOWN = Symbol("unknown");

/** A value as text. */
function asText(value) {
  if (value === UNKNOWN) return t("not_known");
  if (value === null) return t("nothing");
  if (typeof value === "string") return value === "" ? t("empty") : value;
  return JSON.stringify(value, null, typeof value === "object" ? 1 : 0);
}

/** A value on one line, ids with what the account calls them. */
function named(field, value) {
  const names = DATA.names[field];
  if (names && typeof value === "number") return `${value} ${names[value] ?? ""}`.trimEnd();
  if (names && Array.isArray(value)) return `[${value.map(item => named(field, item)).join(", ")}]`;
  return asText(value);
}

const isEmpty = value => value === null || value === "" || value === UNKNOWN;

/** Copy a text; where the browser does not let us, select it, so that it can be copied by hand. */
async function copy(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
