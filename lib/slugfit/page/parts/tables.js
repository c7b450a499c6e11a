// Two tables beside the map: what the zoomed folder holds, and every file in it. All rows are there,
// so that the browser's own search finds each; what is far from the screen costs no layout.

const CHUNK = 200;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Names can be written from right to left; what is around them is not to turn with them.
const nameOf = (text) => element("bdi", {}, shown(text));

function makeTable(title, columns, id) {
  const heading = element("h2", { id }, title);
  const row = element("tr", { role: "row" });
  const table = element("table", { role: "table", "aria-labelledby": id });
  const made = { heading, table, columns, sort: { by: 1, down: true }, run: 0 };
  columns.forEach((column, index) => {
    const button = element("button", { type: "button" }, column.title);
    button.addEventListener("click", () => {
      const same = made.sort.by === index;
      made.sort = { by: index, down: same ? !made.sort.down : column.number };
      made.refresh();
    });
    row.append(element("th", { role: "columnheader", scope: "col", class: column.number ? "number" : "words" }, button));
  });
  table.append(element("thead", { role: "rowgroup" }, row));
  return made;
}

function fillTable(made, nodes, view) {
  const { columns, sort, table } = made;
  const run = ++made.run;
  [...table.tBodies].forEach((body) => body.remove());
  [...table.tHead.rows[0].cells].forEach((cell, index) => {
    if (index === sort.by) cell.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
    cell.firstChild.textContent = columns[index].titleIn ? columns[index].titleIn(view) : columns[index].title;
  });
  const key = columns[sort.by].key;
  const sorted = nodes.map((node) => [key(node, view), node]);
  const sign = sort.down ? -1 : 1;
  sorted.sort(([one], [other]) => sign * (one < other ? -1 : one > other ? 1 : 0));
  let start = 0;
  const more = () => {
    if (run !== made.run) return;
    const body = element("tbody", { role: "rowgroup" });
    for (const [, node] of sorted.slice(start, start + CHUNK)) body.append(rowOf(node, columns, view));
    // What the browser takes for its height until it has been on the screen: 26 pixels a row.
    body.style.containIntrinsicHeight = "auto " + 26 * body.rows.length + "px";
    table.append(body);
    start += CHUNK;
    if (start < sorted.length) setTimeout(more, 0);
    else table.dataset.rows = sorted.length;
  };
  delete table.dataset.rows;
  more();
}

function rowOf(node, columns, view) {
  const row = element("tr", { role: "row" });
  columns.forEach((column, index) => {
    const tag = index ? "td" : "th";
    const cell = element(tag, { role: index ? "cell" : "rowheader", class: column.number ? "number" : "words" });
    if (!index) cell.setAttribute("scope", "row");
    cell.append(column.cell(node, view));
    row.append(cell);
  });
  return row;
}

function buttonTo(node, text, view) {
  const button = element("button", { type: "button", class: "link" }, text);
  button.addEventListener("click", () => (node.children.length ? view.zoom(node) : view.choose(node, true)));
  return button;
}

const sides = (view) => (view.when === "change" ? ["was", "after"] : ["before", "after"]);

function sizeColumns() {
  const column = (side, titles) => ({
    title: titles[0],
    titleIn: (view) => titles[view.when === "change" ? 1 : 0],
    number: true,
    key: (node, view) => node[sides(view)[side]][view.measure],
    cell: (node, view) => {
      const bytes = node[sides(view)[side]][view.measure];
      return bytes ? sizeWords(bytes) : "\u2013";
    },
  });
  const gap = (node, view) => {
    const [from, to] = sides(view);
    return node[to][view.measure] - node[from][view.measure];
  };
  const change = { title: "Change", number: true, key: gap };
  change.cell = (node, view) => (Math.abs(gap(node, view)) >= 1 ? withSign(gap(node, view)) : "\u2013");
  return [column(0, ["Before", "Last"]), column(1, ["After", "Now"]), change];
}

function makeTables(view) {
  const inHere = makeTable("In here", [
    {
      title: "Name",
      key: (node) => (node.children.length ? node.name : shown(node.name)).toLowerCase(),
      cell: (node) => buttonTo(node, element("bdi", {}, titleOf(node, view.model.facts)), view),
    },
    ...sizeColumns(),
    { title: "Files", number: true, key: (node) => node.count, cell: (node) => (node.file ? "" : node.count.toLocaleString("en")) },
  ], "in-here");
  const every = makeTable("Every file in it", [
    { title: "Path", key: (node) => node.path, cell: (node) => buttonTo(node, pathWithBreaks(node.path), view) },
    ...sizeColumns(),
    {
      title: "What happens",
      key: (node) => stateWords(node, view),
      cell: (node) => {
        const swatch = element("span", { class: "swatch" });
        swatch.style.background = view.colours.of.get(stateOf(node, view.when, view.model.facts));
        return element("span", {}, swatch, stateWords(node, view));
      },
    },
  ], "every-file");
  for (const made of [inHere, every]) made.refresh = () => fillTable(made, made.nodes(), view);
  inHere.nodes = () => view.node.children.filter((child) => shownInTables(child, view));
  every.nodes = () => filesBelow(view.node).filter((file) => view.isMatch(file) && shownInTables(file, view));
  return { inHere, every };
}

// What a build never had is of no interest beside what it has; what went is.
const shownInTables = (node, view) => view.when === "change" || !(node.file && node.file.action === "ghost") && node.before[0] + node.after[0] + node.before[1] + node.after[1] > 0;

function pathWithBreaks(path) {
  const made = element("bdi");
  shown(path).split("/").forEach((part, index) => {
    if (index) made.append("/", element("wbr"));
    made.append(part);
  });
  return made;
}

function filesBelow(node) {
  const found = [];
  const waiting = [node];
  while (waiting.length) {
    const next = waiting.pop();
    if (next.file) found.push(next);
    else waiting.push(...next.children);
  }
  return found;
}

function titleOf(node, facts) {
  if (!node.parent) return "Slug";
  if (node.parent.owner >= 0 || node.file) return shown(node.name) + (node.children.length ? "/" : "");
  const version = facts.owners[node.owner][2];
  return node.name + (version ? " " + shown(version) : "");
}

const CHANGE_WORDS = { added: "added", gone: "gone", grown: "grown", shrunk: "shrunk", unchanged: "as before" };

function stateWords(node, view) {
  const state = stateOf(node, view.when, view.model.facts);
  if (CHANGE_WORDS[state]) return CHANGE_WORDS[state];
  if (state === "removed") return "goes, as before";
  const { action } = node.file;
  if (state.startsWith("rule ")) return "goes: " + state.slice(5);
  if (action === "new") return "stays: new bytecode";
  if (state === "shortened") return "shortened: " + view.model.facts.rules[node.file.rule][0];
  return state === "packed" ? "packed" : "stays";
}
