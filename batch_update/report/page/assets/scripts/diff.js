// Two texts as one: what went struck through, what came underlined, word by word.

const LONG = 60; // characters from which on texts are compared word by word
const MOST_STEPS = 800; // words that differ; of more, one text is shown after the other
const FAR = 60; // words that did not change and are folded away between others

const wordsOf = text => text.match(/\s*\S+|\s+$/g) ?? [];

/** The steps from one list of words to the other: ["same" | "gone" | "came", words]. */
function steps(old, now) {
  let head = 0;
  const shortest = Math.min(old.length, now.length);
  while (head < shortest && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shortest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const mine = old.slice(head, old.length - tail);
  const theirs = now.slice(head, now.length - tail);
  const middle = between(mine, theirs) ?? [["gone", mine], ["came", theirs]];
  return [["same", old.slice(0, head)], ...middle, ["same", old.slice(old.length - tail)]].filter(s => s[1].length);
}

/** Myers' shortest way from one list to the other; null where it is too long to be read. */
function between(a, b) {
  const most = Math.min(a.length + b.length, MOST_STEPS);
  const reached = new Map([[1, 0]]);
  const trail = [];
  for (let d = 0; d <= most; d++) {
    trail.push(new Map(reached));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
      let x = down ? reached.get(k + 1) : reached.get(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkedBack(a, b, trail, d);
    }
  }
  return null;
}

function walkedBack(a, b, trail, distance) {
  const found = [];
  let [x, y] = [a.length, b.length];
  const step = (kind, word) => {
    if (found.length && found[0][0] === kind) found[0][1].unshift(word);
    else found.unshift([kind, [word]]);
  };
  for (let d = distance; d > 0; d--) {
    const reached = trail[d];
    const k = x - y;
    const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const before = down ? reached.get(k + 1) : reached.get(k - 1);
    const fromY = before - (down ? k + 1 : k - 1);
    while (x > before && y > fromY) step("same", (x--, y--, a[x]));
    if (down) step("came", b[--y]);
    else step("gone", a[--x]);
  }
  while (x > 0) step("same", (x--, a[x]));
  return goneFirst(found);
}

/** What went stands before what came in its place. */
function goneFirst(found) {
  const sorted = [];
  let run = { gone: [], came: [] };
  const flush = () => {
    for (const kind of ["gone", "came"]) if (run[kind].length) sorted.push([kind, run[kind]]);
    run = { gone: [], came: [] };
  };
  for (const [kind, words] of found) {
    if (kind === "same") {
      flush();
      sorted.push([kind, words]);
    } else run[kind].push(...words);
  }
  flush();
  return sorted;
}

/** The two texts as nodes. */
function textDiff(before, after) {
  const found = steps(wordsOf(before), wordsOf(after));
  return h("div", { class: "diff" }, h("bdi", {}, ...found.flatMap(([kind, words], place) => {
    const text = words.join("");
    if (kind === "gone") return [h("del", {}, aside("gone"), ...shown(text))];
    if (kind === "came") return [h("ins", {}, aside("came"), ...shown(text))];
    return words.length > FAR ? folded(words, place > 0, place < found.length - 1) : shown(text);
  })));
}

/** A long stretch that did not change, its middle folded away until somebody wants it. */
function folded(words, hasBefore, hasAfter) {
  const head = hasBefore ? words.slice(0, 12) : [];
  const tail = hasAfter ? words.slice(-12) : [];
  const middle = words.slice(head.length, words.length - tail.length).join("");
  const count = words.length - head.length - tail.length;
  const rest = h("span", { class: "rest", hidden: true }, ...shown(middle));
  const opener = h("button", { type: "button", class: "fold", onclick: () => {
    rest.hidden = false;
    opener.remove();
  } }, t("unchanged_words", { n: number(count) }));
  return [...shown(head.join("")), opener, rest, ...shown(tail.join(""))];
}

const aside = key => h("span", { class: "aside" }, `${t(key)} `);
