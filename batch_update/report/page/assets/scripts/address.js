// What is shown is written into the address, so that it can be sent to somebody: #status=failed&field=voice_id&q=weiss

const NOTHING = { q: "", status: [], code: "", field: "", wave: "", sort: "", page: 1, open: [] };

function wishOf(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const known = [...DATA.statuses, "todo", "mismatch"];
  return {
    q: said.get("q") ?? "",
    status: (said.get("status") ?? "").split(",").filter(status => known.includes(status)),
    code: said.get("code") ?? "",
    field: DATA.fields.includes(said.get("field")) ? said.get("field") : "",
    wave: said.get("wave") ?? "",
    sort: said.get("sort") ?? "",
    page: Number.parseInt(said.get("page") ?? "1", 10) || 1,
    open: (said.get("open") ?? "").split(",").map(Number).filter(Boolean),
  };
}

function hashOf(wish) {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(wish)) {
    const text = Array.isArray(value) ? value.join(",") : String(value);
    if (text && text !== String(NOTHING[name])) said.set(name, text);
  }
  if (root.dataset.chosen) said.set("lang", root.lang);
  return said.toString();
}

function writeAddress(wish) {
  const hash = hashOf(wish);
  if (hash === location.hash.replace(/^#/, "")) return;
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}
