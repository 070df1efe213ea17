// The page comes to life: filters, sorting, pages, keys, copying, language, colors and print.

let wish = wishOf(location.hash);

function update({ keepPage = false } = {}) {
  if (!keepPage) wish.page = 1;
  showRows(wish);
  writeAddress(wish);
  for (const node of all("[data-status]")) {
    const isOn = node.dataset.status === "" ? !wish.status.length : wish.status.includes(node.dataset.status);
    node.setAttribute("aria-pressed", String(isOn));
  }
  one("#clear").hidden = hashOf({ ...wish, sort: "", page: 1, open: [] }) === hashOf(NOTHING);
}

function fillControls() {
  one("#search").value = wish.q;
  for (const name of ["code", "field", "wave"]) if (one(`#by-${name}`)) one(`#by-${name}`).value = wish[name];
}

function fromAddress() {
  wish = wishOf(location.hash);
  const said = new URLSearchParams(location.hash.slice(1)).get("lang");
  if (said === "de" || said === "en") speak(said, true);
  opened.clear();
  wish.open.forEach(row => opened.add(row));
  fillControls();
  update({ keepPage: true });
}

// ---------------------------------------------------------------- language and colors

function speak(lang, chosen = false) {
  root.lang = lang;
  if (chosen) root.dataset.chosen = "yes";
  document.title = root.dataset[`title${lang === "de" ? "De" : "En"}`];
  for (const node of all("[data-lang]")) node.setAttribute("aria-pressed", String(node.dataset.lang === lang));
  for (const node of all("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of all("[data-hint]")) node.setAttribute("placeholder", t(node.dataset.hint));
  for (const node of all("option[data-word]")) node.textContent = t(node.dataset.word);
}

const THEMES = ["auto", "light", "dark"];

function paint(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const node of all("[data-color]")) node.setAttribute("aria-pressed", String(node.dataset.color === theme));
  try {
    localStorage.setItem("batch-update-colors", theme);
  } catch {
    // A browser that keeps nothing for files: the page has the colors of the system next time.
  }
}

function paintedBefore() {
  try {
    const theme = localStorage.getItem("batch-update-colors");
    return THEMES.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}

// ---------------------------------------------------------------- what people do

function onClick(event) {
  const target = event.target;
  const button = target.closest("button");
  const line = target.closest("tr.line");
  if (button?.dataset.status !== undefined) chooseStatus(button);
  else if (button?.dataset.turn) turn(Number(button.dataset.turn));
  else if (button?.dataset.sortBy) sortBy(button.dataset.sortBy);
  else if (button?.dataset.lang) changeLanguage(button.dataset.lang);
  else if (button?.dataset.color) paint(button.dataset.color);
  else if (button?.dataset.copy !== undefined) tellCopied(button, one("code", button.parentElement));
  else if (line && (!button || button.className === "opener") && String(getSelection()) === "") openOrClose(line);
}

function openOrClose(line) {
  wish.open = toggle(line);
  writeAddress(wish);
}

/** A tile or a chip: that status alone, or all again. */
function chooseStatus(button) {
  const status = button.dataset.status;
  const isOn = wish.status.length === 1 && wish.status[0] === status;
  wish.status = isOn || status === "" ? [] : [status];
  update();
  if (button.closest(".tiles")) one("#rows-title").scrollIntoView({ block: "start" });
}

function turn(by) {
  wish.page += by;
  update({ keepPage: true });
  one("#rows-title").scrollIntoView({ block: "start" });
}

function sortBy(name) {
  wish.sort = wish.sort === name ? `-${name}` : wish.sort === `-${name}` ? "" : name;
  update();
}

function changeLanguage(lang) {
  speak(lang, true);
  update({ keepPage: true });
}

async function tellCopied(button, node) {
  const done = await copy(button.dataset.copy || node.textContent, node ?? button);
  button.dataset.done = done ? "yes" : "no";
  one("#said").textContent = t(done ? "copied" : "not_copied");
  setTimeout(() => delete button.dataset.done, 1600);
}

function onKey(event) {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    one("#search").focus();
  } else if (event.key === "Escape" && document.activeElement === one("#search") && wish.q) {
    clearAll();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && document.activeElement.className === "opener") {
    const openers = all(".opener");
    const next = openers[openers.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) event.preventDefault(), next.focus();
  }
}

function clearAll() {
  wish = { ...NOTHING, status: [], sort: wish.sort, open: wish.open };
  fillControls();
  update();
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
one("#search").addEventListener("input", event => {
  wish.q = event.target.value;
  update();
});
for (const name of ["code", "field", "wave"]) {
  one(`#by-${name}`)?.addEventListener("change", event => {
    wish[name] = event.target.value;
    update();
  });
}
one("#clear").addEventListener("click", clearAll);
one("#download").addEventListener("click", () => download(places));
one("#share").addEventListener("click", event => {
  event.currentTarget.dataset.copy = location.href;
});
one("#print").addEventListener("click", () => print());
addEventListener("hashchange", fromAddress);
addEventListener("beforeprint", () => {
  showRows(wish, true);
  for (const fold of all("#table .fold")) fold.click();
});
addEventListener("afterprint", () => showRows(wish));

paint(paintedBefore());
speak(root.lang);
fromAddress();
one("#rows").dataset.ready = "yes";
(window.requestIdleCallback ?? setTimeout)(makeSearchable);
