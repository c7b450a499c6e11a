// The page: what is shown now, and what changes it.

const byId = (id) => document.getElementById(id);
const STATE_WORDS = {
  kept: "stays",
  packed: "packed",
  shortened: "shortened",
  unchanged: "as before",
  added: "added",
  grown: "grown",
  shrunk: "shrunk",
  gone: "gone",
};

function makeView(model) {
  const view = { model, node: model.root, chosen: null, hovered: null, when: "before", measure: 1, words: [], only: null };
  view.canvas = byId("tiles");
  view.marks = byId("marks");
  view.plane = byId("plane");
  // A tile of an earlier layout may still be known to its node.
  view.isPlaced = (node) => node.tile && view.tiles[node.tile.place] === node.tile;
  view.tileOf = (node) => {
    // What is too small to be seen is shown by the folder around it.
    for (let at = node; at; at = at.parent) {
      if (view.isPlaced(at)) return at.tile.depth ? at.tile : null;
    }
    return null;
  };
  view.zoom = (node, chosen = null) => {
    view.node = node;
    view.hovered = null;
    view.choose(chosen ?? node, false);
    refresh(view, "zoom");
  };
  view.choose = (node, opens) => {
    view.chosen = node;
    if (opens && !isBelow(node, view.node)) {
      view.node = node.parent;
      refresh(view, "zoom");
    }
    describe(node, view);
    drawMarks(view);
  };
  return view;
}

// What each file is now, and whether it is looked for: asked once, as tiles, sums and rows all need it.
function sift(view) {
  const { files, facts } = view.model;
  for (const node of files) {
    node.state = stateOf(node, view.when, facts);
    node.matches = isMatch(node, view);
  }
}

function isMatch(node, view) {
  if (view.only && node.state !== view.only) return false;
  if (!view.words.length) return true;
  const { model } = view;
  node.sought ??= [shown(node.path), node.path, ...model.facts.owners[node.owner].slice(0, 2), ruleName(node, model)].join("\n").toLowerCase();
  return view.words.every((word) => node.sought.includes(word));
}

const ruleName = (node, model) => (node.file.rule >= 0 ? model.facts.rules[node.file.rule]?.[0] ?? "" : "");

function isBelow(node, above) {
  for (let at = node; at; at = at.parent) if (at === above) return true;
  return false;
}

function measurePlane(view) {
  const box = view.plane.getBoundingClientRect();
  view.ratio = Math.min(devicePixelRatio || 1, 2);
  view.width = Math.floor(box.width);
  view.height = Math.floor(box.height);
  for (const canvas of [view.canvas, view.marks]) {
    canvas.width = view.width * view.ratio;
    canvas.height = view.height * view.ratio;
  }
}

// `what` changed: the "zoom" or the sizes need all anew, a "filter" only colours and tables.
function refresh(view, what) {
  if (what !== "zoom") sift(view);
  if (what === "sizes") arrange(view.model.root, view.when, view.measure);
  const started = performance.now();
  if (what !== "filter") {
    view.tiles = layOut(view.node, { x: 0, y: 0, width: view.width, height: view.height });
    view.tops = view.tiles.filter((tile) => tile.depth === 1);
  }
  draw(view);
  drawMarks(view);
  performance.measure("slugfit frame", { start: started, detail: view.tiles.length });
  byId("tiles").dataset.tiles = view.tiles.length;
  crumbs(view);
  legend(view);
  matches(view);
  view.tables.inHere.heading.textContent = "In " + (view.node.parent ? titleOf(view.node, view.model.facts) : "the slug");
  for (const made of [view.tables.inHere, view.tables.every]) made.refresh();
}

function crumbs(view) {
  const list = byId("crumbs");
  list.replaceChildren();
  const way = [];
  for (let at = view.node; at; at = at.parent) way.unshift(at);
  for (const node of way) {
    const button = element("button", { type: "button", class: "link" }, element("bdi", {}, titleOf(node, view.model.facts)));
    if (node === view.node) button.setAttribute("aria-current", "location");
    button.addEventListener("click", () => view.zoom(node, node === view.node ? null : childOn(view.node, node)));
    list.append(element("li", {}, button));
  }
}

// The child of `above` that leads to `node`.
function childOn(node, above) {
  let at = node;
  while (at && at.parent !== above) at = at.parent;
  return at;
}

function legend(view) {
  const sums = new Map();
  for (const node of filesBelow(view.node)) {
    const bytes = node.value;
    if (bytes > 0) sums.set(node.state, (sums.get(node.state) ?? 0) + bytes);
  }
  const list = byId("legend");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.state : null;
  list.replaceChildren();
  const first = (state) => (state.startsWith("rule ") ? 1 : 0);
  for (const [state, bytes] of [...sums].sort((one, other) => first(one[0]) - first(other[0]) || other[1] - one[1])) {
    const button = element("button", { type: "button", "aria-pressed": String(view.only === state), "data-state": state });
    const colour = view.colours.of.get(state);
    const swatch = element("span", { class: state.startsWith("rule ") || state === "gone" ? "swatch hatched" : "swatch" });
    swatch.classList.toggle("bright", !isDark(colour));
    swatch.style.backgroundColor = colour;
    button.append(swatch, STATE_WORDS[state] ?? state.replace("rule ", ""), element("span", { class: "number" }, sizeWords(bytes)));
    button.addEventListener("click", () => {
      view.only = view.only === state ? null : state;
      refresh(view, "filter");
    });
    list.append(element("li", {}, button));
    if (state === focused) button.focus();
  }
  if (!sums.size) list.append(element("li", {}, view.when === "change" ? "Nothing here is different from the last build." : "Nothing is here."));
}

function matches(view) {
  const told = byId("matches");
  if (!view.words.length && !view.only) return told.replaceChildren();
  const found = filesBelow(view.node).filter((node) => node.matches && shownInTables(node, view));
  const sum = (side, measure) => sizeWords(found.reduce((all, node) => all + node[side][measure], 0));
  const [from, to] = sides(view);
  const names = view.when === "change" ? ["last", "now"] : ["before", "after"];
  const both = (side) => sum(side, 1) + " compressed, " + sum(side, 0) + " unpacked";
  const where = view.node.parent ? " in " + titleOf(view.node, view.model.facts) : "";
  told.textContent = counted(found.length, "file") + where + (found.length === 1 ? " matches: " : " match: ") + names[0] + " " + both(from) + "; " + names[1] + " " + both(to) + ".";
}

// What a screen reader says of a tile.
function say(node, view) {
  const words = [titleOf(node, view.model.facts), sizeWords(node.value)];
  words.push(node.file ? stateWords(node, view) : counted(node.count, "file"));
  byId("said").textContent = words.join(", ");
}

function listen(view) {
  const { plane } = view;
  const at = (event) => {
    const box = plane.getBoundingClientRect();
    return tileAt(view.tiles, event.clientX - box.left, event.clientY - box.top);
  };
  plane.addEventListener("pointermove", (event) => {
    const tile = at(event);
    if (tile === view.hovered) return;
    view.hovered = tile && tile.depth ? tile : null;
    plane.title = tile ? pathTold(tile.node, view) + "\n" + sizeWords(tile.node.value) : "";
    drawMarks(view);
  });
  plane.addEventListener("pointerleave", () => {
    view.hovered = null;
    drawMarks(view);
  });
  plane.addEventListener("click", (event) => {
    const tile = at(event);
    if (tile) view.choose(tile.node, false);
  });
  plane.addEventListener("dblclick", (event) => {
    const tile = at(event);
    if (!tile) return;
    const child = childOn(tile.node, view.node);
    if (child && child.children.length) view.zoom(child, tile.node);
  });
  plane.addEventListener("keydown", (event) => onKey(event, view));
  const search = document.querySelector("#search input");
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      view.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      refresh(view, "filter");
    }, 80);
  });
  for (const input of document.querySelectorAll("#controls input[type=radio]")) {
    input.addEventListener("change", () => {
      if (input.name === "when") {
        [view.when, view.only] = [input.value, null];
        // Against the last build it is the change that is asked for, the column after both sizes.
        for (const made of Object.values(view.tables)) made.sort = { by: view.when === "change" ? 3 : 1, down: true };
      }
      else view.measure = Number(input.value);
      refresh(view, "sizes");
    });
  }
  new ResizeObserver(() => {
    const box = plane.getBoundingClientRect();
    if (Math.floor(box.width) === view.width && Math.floor(box.height) === view.height) return;
    measurePlane(view);
    view.tiles = layOut(view.node, { x: 0, y: 0, width: view.width, height: view.height });
    view.tops = view.tiles.filter((tile) => tile.depth === 1);
    draw(view);
    drawMarks(view);
  }).observe(plane);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    view.colours = readColours(view.model);
    refresh(view, "filter");
  });
}

const pathTold = (node, view) => (node.file ? shown(node.path) : titleOf(node, view.model.facts));

function onKey(event, view) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const top = childOn(view.chosen, view.node) ?? null;
  const tile = top && view.isPlaced(top) ? top.tile : null;
  if (STEPS[event.key]) {
    const next = tile ? neighbour(view.tops, tile, event.key) : view.tops[0];
    if (next) move(next.node, view);
  } else if (event.key === "Home" || event.key === "End") {
    const next = view.tops[event.key === "Home" ? 0 : view.tops.length - 1];
    if (next) move(next.node, view);
  } else if (event.key === "Enter" && top && top.children.length) {
    view.zoom(top, top.value ? top.children[0] : null);
    say(view.chosen, view);
  } else if ((event.key === "Escape" || event.key === "Backspace") && view.node.parent) {
    view.zoom(view.node.parent, view.node);
    say(view.chosen, view);
  } else return;
  event.preventDefault();
}

function move(node, view) {
  view.choose(node, false);
  say(node, view);
}

function tellFacts({ facts, files }) {
  const list = byId("facts");
  const tell = (name, value, more) =>
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, element("strong", {}, value), " ", more)));
  const [before, after] = [facts.before, facts.after];
  const both = (pair) => sizeWords(pair[0]) + " unpacked";
  tell("Before", sizeWords(before[1]), "compressed, " + both(before));
  tell("After", sizeWords(after[1]), "compressed, " + both(after));
  const saved = before[1] ? (100 * (after[1] - before[1])) / before[1] : 0;
  tell("Change", (saved > 0 ? "+" : "\u2212") + Math.abs(saved).toFixed(1) + "%", "compressed");
  for (const [measure, size] of facts.bounds) {
    const used = (100 * after[measure === "compressed" ? 1 : 0]) / size;
    tell("Limit (" + facts.limit + ")", sizeWords(size), measure + ": " + (used > 100 ? "over, " : "") + used.toFixed(1) + "% of it used");
  }
  const notes = [];
  if (facts.undone) notes.push("Nothing was taken out: " + shown(facts.undone));
  else if (facts.action === "plan") notes.push("This is a plan: nothing was changed.");
  else if (facts.action === "measure") notes.push("This is a measurement: nothing goes.");
  notes.push(
    (facts.estimated ? "Compressed sizes come from a sample; " : "Compressed sizes are measured by distribution and rule; ") +
      "a single file's is its share of that, by its size and kind.",
  );
  byId("notes").textContent = notes.join(" ") + " Slugfit " + facts.slugfit + ", " + counted(files.filter((node) => node.file.action !== "ghost").length, "file") + ".";
}

async function main() {
  const model = makeModel(await readDocument());
  const view = makeView(model);
  tellFacts(model);
  if (!model.facts.compared) byId("compare").remove();
  view.tables = makeTables(view);
  byId("lists").append(...Object.values(view.tables).flatMap((made) => [made.heading, made.table]));
  view.colours = readColours(model);
  measurePlane(view);
  listen(view);
  refresh(view, "sizes");
  describe(model.root, view);
  view.chosen = model.root;
  document.documentElement.dataset.ready = "yes";
}

main().catch((error) => {
  byId("notes").textContent = "This report cannot be shown: " + error.message + " A browser of 2023 or later can.";
  document.documentElement.dataset.ready = "no";
});
