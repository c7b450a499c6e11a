// The data of the page as a tree of nodes: the slug, its distributions, their folders, their files.
// Each node has its uncompressed and compressed bytes at [0] and [1] of `before`, `after` and `was`.

const BY = "\u0001";

async function readDocument() {
  const text = atob(document.getElementById("data").textContent.trim());
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(inflated).text());
}

// A name as it can be shown on one line: what a terminal or a reader could be misled by as escapes.
const UNSAFE = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202f\\u205f-\\u206f" +
    "\\ufeff\\ufff0-\\uffff]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
  "g",
);

function shown(name) {
  return name.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    // Python tells a byte that is not UTF-8 as U+DC80 and up: https://peps.python.org/pep-0383/.
    if (code >= 0xdc80 && code <= 0xdcff) return "\\x" + (code - 0xdc00).toString(16);
    return "\\u" + code.toString(16).padStart(4, "0");
  });
}

function dense(columns, count) {
  const values = new Array(count).fill(null);
  let place = 0;
  columns[0].forEach((gap, index) => {
    place += gap;
    values[place] = columns[1][index];
  });
  return values;
}

function newNode(name, parent, owner) {
  const zero = () => [0, 0];
  const node = { name, parent, owner, children: [], file: null, count: 0 };
  return Object.assign(node, { before: zero(), after: zero(), was: zero(), change: zero() });
}

function folderPaths(folders) {
  const paths = [""];
  const names = folders.names.split("/");
  folders.up.forEach((up, index) => {
    const parent = paths[paths.length - up];
    paths.push(parent ? parent + "/" + names[index] : names[index]);
  });
  return paths;
}

// Every file of the document, in order, below one root.
function makeModel(facts) {
  const files = facts.files;
  const names = files.names.split("/");
  const count = files.before.length;
  const after = dense(files.after, count);
  const was = dense(files.was, count);
  const by = dense(files.by, count);
  const reached = dense(files.reached, count);
  const folders = folderPaths(files.folders);
  const root = newNode("", null, -1);
  const owners = facts.owners.map((owner, index) => newNode(owner[1], root, index));
  const list = [];
  for (let run = 0; run < files.runs.length; run += 3) {
    const [owner, folder, length] = files.runs.slice(run, run + 3);
    const inside = folderNode(owners[owner], folders[folder]);
    for (let step = 0; step < length; step++) {
      const place = list.length;
      const kind = facts.kinds[files.kinds[place]];
      const node = newNode(names[place], inside, owner);
      const [action, rule, pack, text, way] = kind;
      node.path = folders[folder] ? folders[folder] + "/" + names[place] : names[place];
      node.before[0] = files.before[place];
      node.after[0] = after[place] ?? (action === "remove" ? 0 : files.before[place]);
      node.was[0] = was[place] ?? node.after[0];
      node.file = { place, action, rule, pack, text, way, by: by[place], reached: reached[place] };
      node.count = 1;
      for (const key of ["by", "reached"]) if (node.file[key] !== null) node.file[key] += place;
      inside.children.push(node);
      list.push(node);
    }
  }
  root.children = owners.filter((owner) => owner.children.length);
  const model = { facts, root, files: list, others: files.others };
  spread(model);
  collapse(root);
  addUp(root);
  return model;
}

function folderNode(owner, path) {
  owner.folders ??= new Map([["", owner]]);
  const known = owner.folders.get(path);
  if (known) return known;
  const cut = path.lastIndexOf("/");
  const parent = folderNode(owner, cut < 0 ? "" : path.slice(0, cut));
  const node = newNode(path.slice(cut + 1), parent, owner.owner);
  parent.children.push(node);
  owner.folders.set(path, node);
  return node;
}

// What was measured for a distribution, a rule's part of it or an archive, shared out to its files.
function spread(model) {
  const { owners, gone, packs } = model.facts;
  const kept = owners.map((owner) => owner[3]);
  const packedBefore = packs.map((pack) => pack[1]);
  const packedAfter = packs.map((pack) => pack[2]);
  for (const [owner, , compressed] of packs) kept[owner] -= compressed;
  const sums = new Map(gone.map(([rule, owner, compressed]) => [rule + " " + owner, compressed]));
  share(model, model.files, (node) => node.file.pack < 0 ? node.after[0] : -1, (node) => node.owner, kept, (node, part) => {
    node.after[1] += part;
    if (node.file.action !== "new") node.before[1] += part;
  });
  share(model, model.files, (node) => node.file.pack < 0 ? -1 : node.after[0], (node) => node.file.pack, packedAfter, (node, part) => {
    node.after[1] += part;
  });
  share(model, model.files, (node) => node.file.pack < 0 ? -1 : node.after[0], (node) => node.file.pack, packedBefore, (node, part) => {
    if (node.file.action !== "new") node.before[1] += part;
  });
  const goes = (node) => (["remove", "cut", "link"].includes(node.file.action) ? node.before[0] - node.after[0] : -1);
  share(model, model.files, goes, (node) => node.file.rule + " " + node.owner, sums, (node, part) => {
    node.before[1] += part;
  });
  for (const node of model.files) {
    const density = node.after[0] ? node.after[1] / node.after[0] : (owners[node.owner][4] ?? 0.33);
    node.was[1] = node.was[0] === node.after[0] ? node.after[1] : node.was[0] * density;
    for (const measure of [0, 1]) node.change[measure] = Math.abs(node.after[measure] - node.was[measure]);
  }
}

// Share out sums by key: each file's weight is what it is likely to be compressed.
function share(model, files, bytesOf, keyOf, sums, give) {
  const [densities, other, header] = model.facts.densities;
  const weights = new Map();
  const weighed = [];
  for (const node of files) {
    const bytes = bytesOf(node);
    if (bytes < 0 || node.file.action === "ghost" || (node.file.action === "remove" && !bytes && node.before[0])) continue;
    const end = /\.so(\.|$)/.test(node.name) ? "so" : node.name.slice(node.name.lastIndexOf(".") + 1).toLowerCase();
    const weight = bytes * (Object.hasOwn(densities, end) ? densities[end] : other) + header;
    const key = keyOf(node);
    weights.set(key, (weights.get(key) ?? 0) + weight);
    weighed.push([node, key, weight]);
  }
  for (const [node, key, weight] of weighed) {
    const sum = sums instanceof Map ? sums.get(key) : sums[key];
    if (sum) give(node, (sum * weight) / weights.get(key));
  }
}

// A folder that holds one folder alone becomes one with it: lib/python3.12/site-packages.
function collapse(node) {
  delete node.folders;
  for (const child of node.children) collapse(child);
  while (node.owner >= 0 && !node.file && node.children.length === 1 && !node.children[0].file) {
    const only = node.children[0];
    if (node.parent.owner >= 0) node.name += "/" + only.name;
    else node.below = (node.below ? node.below + "/" : "") + only.name;
    node.children = only.children;
    for (const child of node.children) child.parent = node;
  }
}

function addUp(node) {
  for (const child of node.children) {
    addUp(child);
    node.count += child.count;
    for (const key of ["before", "after", "was", "change"]) {
      node[key][0] += child[key][0];
      node[key][1] += child[key][1];
    }
  }
}

// What happens to a file, as a word that has a colour: a rule's name where one takes it.
function stateOf(node, when, facts) {
  const file = node.file;
  if (when === "change") {
    if (file.action === "ghost") return "gone";
    if (node.was[0] === node.after[0]) return file.action === "remove" ? "removed" : "unchanged";
    if (!node.was[0]) return "added";
    if (!node.after[0]) return "gone";
    return node.after[0] > node.was[0] ? "grown" : "shrunk";
  }
  if (file.action === "remove") return "rule " + facts.rules[file.rule][0];
  if (file.pack >= 0) return "packed";
  return file.action === "cut" || file.action === "link" ? "shortened" : "kept";
}

function sizeWords(bytes) {
  const size = Math.abs(bytes);
  if (size >= 999_500) return (bytes / 1e6).toFixed(size >= 1e8 ? 0 : 1) + " MB";
  if (size >= 1000) return (bytes / 1e3).toFixed(size >= 1e4 ? 0 : 1) + " kB";
  return Math.round(bytes) + " B";
}

const counted = (number, word) => number.toLocaleString("en") + " " + word + (number === 1 ? "" : "s");
const withSign = (bytes) => (bytes > 0 ? "+" : bytes < 0 ? "\u2212" : "") + sizeWords(Math.abs(bytes));
