// What there is to say about one file or folder: its sizes, why it stays or goes, what keeps it, and
// what it keeps.

const LONGEST_CHAIN = 40;
const MOST_KEPT = 100;

function describe(node, view) {
  const { facts } = view.model;
  const title = document.getElementById("details-title");
  const about = document.getElementById("about");
  title.replaceChildren(element("bdi", {}, node.file ? shown(node.path) : titleOf(node, facts)));
  about.replaceChildren(sizesOf(node), ...(node.file ? wordsOfFile(node, view) : wordsOfFolder(node, view)));
  document.getElementById("details").scrollTop = 0;
}

function sizesOf(node) {
  const list = element("dl", { class: "sizes" });
  const tell = (name, pair) =>
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, sizeWords(pair[1]) + " compressed, " + sizeWords(pair[0]) + " unpacked")));
  tell("Before", node.before);
  tell("After", node.after);
  if (node.change[0]) tell("Last build", node.was);
  return list;
}

const paragraph = (...parts) => element("p", {}, ...parts);

function wordsOfFolder(node, view) {
  const words = [paragraph(counted(node.count, "file") + (node.below ? " in " + shown(node.below) : "") + ".")];
  if (node.children.length && node !== view.node) {
    const open = element("button", { type: "button" }, "Open in the map");
    open.addEventListener("click", () => view.zoom(node));
    words.push(paragraph(open));
  }
  return words;
}

const VERBS = {
  keep: "It stays.",
  remove: "It goes.",
  cut: "It is shortened.",
  link: "It becomes a hard link.",
  new: "It is new.",
  ghost: "The last build had it; this one does not.",
};

function wordsOfFile(node, view) {
  const { facts } = view.model;
  const { file } = node;
  const owner = facts.owners[node.owner];
  const first = paragraph(element("strong", {}, file.pack >= 0 ? "It is packed." : VERBS[file.action]), " ", "It belongs to ");
  first.append(element("bdi", {}, owner[1] + (owner[2] ? " " + shown(owner[2]) : "")), ".");
  const words = [first];
  if (file.rule >= 0) {
    const [name, reason, evidence] = facts.rules[file.rule] ?? ["", "", ""];
    if (file.action === "keep") words.push(paragraph("The rule ", element("code", {}, name), " names it, but:"));
    else words.push(paragraph("Rule ", element("code", {}, name), ": " + reason + " Evidence: " + evidence + "."));
  }
  if (!file.text && file.action === "keep" && file.rule < 0) first.append(" No rule names it.");
  if (file.text) words.push(...chain("Why, step by step", node, "text", "by", view));
  if (file.way) words.push(...chain("How the app reaches it", node, "way", "reached", view));
  words.push(...keptBy(node, view));
  return words;
}

// From what is kept to what keeps it: B for C, then A for B.
function chain(title, node, words, link, view) {
  const list = element("ol");
  const seen = new Set();
  let current = node;
  while (current && current.file[words] && !seen.has(current) && seen.size < LONGEST_CHAIN) {
    seen.add(current);
    const place = current.file[link];
    const next = place === null ? null : view.model.files[place];
    list.append(element("li", {}, ...sentence(current.file[words], next, place, view)));
    current = next;
  }
  return [element("h3", {}, title), list];
}

function sentence(text, by, place, view) {
  const parts = text.split(BY).map(shown);
  if (parts.length < 2) return parts;
  const name = by
    ? buttonTo(by, nameOf(by.path), view)
    : nameOf(place === null ? "" : view.model.others[place - view.model.files.length] ?? "");
  return [parts[0], name, parts.slice(1).join("")];
}

// The other direction: what stays, or is reached, because of this file.
function keptBy(node, view) {
  view.model.back ??= backwards(view.model);
  const kept = view.model.back.get(node.file.place) ?? [];
  if (!kept.length) return [];
  const list = element("ul");
  for (const other of kept.slice(0, MOST_KEPT)) list.append(element("li", {}, buttonTo(other, nameOf(other.path), view)));
  const words = [element("h3", {}, "It is the reason for " + counted(kept.length, "file")), list];
  if (kept.length > MOST_KEPT) words.push(paragraph("\u2026 and " + (kept.length - MOST_KEPT).toLocaleString("en") + " more."));
  return words;
}

function backwards(model) {
  const back = new Map();
  for (const node of model.files) {
    for (const place of new Set([node.file.by, node.file.reached])) {
      if (place === null || place >= model.files.length) continue;
      if (!back.has(place)) back.set(place, []);
      back.get(place).push(node);
    }
  }
  return back;
}
