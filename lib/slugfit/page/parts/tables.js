// Two tables beside the map: what the zoomed folder holds, and every file in it. All rows are there,
// so that the browser's own search finds each; what is far from the screen costs no layout.

const CHUNK = 100;
const BUSY = 8;

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
  const made = { heading, table, columns, sort: { by: 1, down: true }, run: 0, blank: blankRow(columns), nodeOf: new WeakMap(), rowHeight: 27 };
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
  // Some rows at a time, so that nothing else has to wait for all.
  const more = () => {
    if (run !== made.run) return;
    const began = performance.now();
    do {
      const body = element("tbody", { role: "rowgroup" });
      const rows = sorted.slice(start, start + CHUNK).map(([, node]) => rowOf(node, made, view));
      // What the browser takes for its height until it has been on the screen.
      body.style.containIntrinsicHeight = "auto " + made.rowHeight * rows.length + "px";
      body.append(...rows);
      table.append(body);
      start += CHUNK;
    } while (start < sorted.length && performance.now() - began < BUSY);
    if (start < sorted.length) setTimeout(more, 0);
    else table.dataset.rows = sorted.length;
  };
  delete table.dataset.rows;
  more();
}

// A row without words, to be copied: that takes a fraction of making each anew.
function blankRow(columns) {
  const row = element("tr", { role: "row" });
  columns.forEach((column, index) => {
    const kind = column.number ? "number" : "words";
    if (!index) {
      const button = element("button", { type: "button", class: "link" }, element("bdi"));
      row.append(element("th", { role: "rowheader", scope: "row", class: kind }, button));
    } else row.append(element("td", { role: "cell", class: kind }));
  });
  return row;
}

function rowOf(node, made, view) {
  const row = made.blank.cloneNode(true);
  made.nodeOf.set(row, node);
  let cell = row.firstChild;
  cell.firstChild.firstChild.textContent = made.columns[0].cell(node, view);
  for (let index = 1; index < made.columns.length; index++) {
    cell = cell.nextSibling;
    cell.append(made.columns[index].cell(node, view));
  }
  return row;
}

function buttonTo(node, text, view) {
  const button = element("button", { type: "button", class: "link" }, text);
  button.addEventListener("click", () => goTo(node, view));
  return button;
}

const goTo = (node, view) => (node.children.length ? view.zoom(node) : view.choose(node, true));

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
  const change = { title: "Change", number: true, key: (node, view) => Math.abs(gap(node, view)) };
  change.cell = (node, view) => (Math.abs(gap(node, view)) >= 1 ? withSign(gap(node, view)) : "\u2013");
  return [column(0, ["Before", "Last"]), column(1, ["After", "Now"]), change];
}

function makeTables(view) {
  const inHere = makeTable("In here", [
    {
      title: "Name",
      key: (node) => (node.children.length ? node.name : shown(node.name)).toLowerCase(),
      cell: (node) => titleOf(node, view.model.facts),
    },
    ...sizeColumns(),
    { title: "Files", number: true, key: (node) => node.count, cell: (node) => (node.file ? "" : node.count.toLocaleString("en")) },
  ], "in-here");
  const every = makeTable("Every file in it", [
    { title: "Path", key: (node) => node.path, cell: (node) => shown(node.path) },
    ...sizeColumns(),
    {
      title: "What happens",
      key: (node) => stateWords(node, view),
      cell: (node) => {
        const swatch = element("span", { class: "swatch" });
        swatch.style.background = view.colours.of.get(node.state);
        const words = document.createDocumentFragment();
        words.append(swatch, stateWords(node, view));
        return words;
      },
    },
  ], "every-file");
  every.rowHeight = 54; // the path has a line of its own
  for (const made of [inHere, every]) {
    made.refresh = () => fillTable(made, made.nodes(), view);
    made.table.addEventListener("click", (event) => {
      const node = event.target.closest("tbody button") && made.nodeOf.get(event.target.closest("tr"));
      if (node) goTo(node, view);
    });
  }
  inHere.nodes = () => view.node.children.filter((child) => shownInTables(child, view));
  every.nodes = () => filesBelow(view.node).filter((file) => file.matches && shownInTables(file, view));
  return { inHere, every };
}

// What a build never had is of no interest beside what it has; what went is.
const shownInTables = (node, view) => view.when === "change" || !(node.file && node.file.action === "ghost") && node.before[0] + node.after[0] + node.before[1] + node.after[1] > 0;

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
  const { state } = node;
  if (CHANGE_WORDS[state]) return CHANGE_WORDS[state];
  if (state === "removed") return "goes, as before";
  const { action } = node.file;
  if (state.startsWith("rule ")) return "goes: " + state.slice(5);
  if (action === "new") return "stays: new bytecode";
  if (state === "shortened") return "shortened: " + view.model.facts.rules[node.file.rule][0];
  return state === "packed" ? "packed" : "stays";
}
