// The rectangles on a canvas; colours are the style's, so that light and dark are told in one place.

const RULE_COLOURS = 5;

function readColours(model) {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue("--" + name).trim();
  const colours = new Map();
  for (const name of ["kept", "packed", "shortened", "unchanged", "added", "grown", "shrunk", "gone", "removed"]) {
    colours.set(name, read(name));
  }
  // The rules that take most have colours of their own, all others share one.
  model.facts.rules.forEach(([name], index) => {
    colours.set("rule " + name, read(index < RULE_COLOURS ? "rule-" + index : "rule-other"));
  });
  const plain = { page: read("page"), ink: read("ink"), group: read("group"), inner: read("inner"), mark: read("mark") };
  return Object.assign(plain, { of: colours, faded: read("faded"), dark: read("tile-dark"), light: read("tile-light") });
}

// Whether light letters are read better on it than dark ones: at 0.199 both have the same contrast.
function isDark(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return red * 0.2126 + green * 0.7152 + blue * 0.0722 < 0.199;
}

// Lines in a colour that shows on the tile: what goes is told by them, not by its hue alone.
function hatching(context, lines, ratio) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6 * ratio;
  const pen = tile.getContext("2d");
  pen.strokeStyle = lines;
  pen.globalAlpha = 0.35;
  pen.lineWidth = 1.2 * ratio;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift * ratio, 6 * ratio);
    pen.lineTo((shift + 6) * ratio, 0);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio, 0, 0]));
  return pattern;
}

// The largest part of what is too small to be opened decides its colour.
function stateOfTile(node) {
  let inner = node;
  while (inner.children.length) inner = inner.children[0];
  return inner.state;
}

// Whether a search or the legend looks for other files.
function isFaded(node, view) {
  if (!view.only && !view.words.length) return false;
  return node.file ? !node.matches : !filesBelow(node).some((file) => file.matches);
}

function draw(view) {
  const { tiles, colours, ratio } = view;
  const context = view.canvas.getContext("2d", { alpha: false });
  const labels = [];
  const hatched = [];
  for (const tile of tiles) {
    const { width, height } = tile;
    tile.hatched = false;
    if (!tile.leaf) {
      tile.colour = tile.depth === 0 ? colours.page : tile.depth === 1 ? colours.group : colours.inner;
      if (tile.heading) labels.push(tile);
      continue;
    }
    const state = stateOfTile(tile.node);
    const faded = isFaded(tile.node, view);
    tile.colour = faded ? colours.faded : colours.of.get(state);
    tile.hatched = width > 6 && height > 6 && !faded && (state.startsWith("rule ") || state === "gone");
    if (tile.hatched) hatched.push(tile);
    if (width > 34 && height > 15 && !faded) labels.push(tile);
  }
  paint(context, tiles, view);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [onDark, onBright] = [colours.light, colours.dark].map((lines) => hatching(context, lines, ratio));
  for (const { x, y, width, height, colour } of hatched) {
    context.fillStyle = isDark(colour) ? onDark : onBright;
    context.fillRect(x, y, width - 1, height - 1);
  }
  for (const tile of labels) label(context, tile, view);
}

// The rectangles as numbers in memory: fifty thousand calls for a rectangle each would take longer.
function paint(context, tiles, view) {
  const [columns, lines] = [view.canvas.width, view.canvas.height];
  if (!columns || !lines) return;
  const image = context.createImageData(columns, lines);
  const pixels = new Uint32Array(image.data.buffer);
  const numbers = new Map();
  for (const { x, y, width, height, depth, colour } of tiles) {
    let number = numbers.get(colour);
    if (number === undefined) numbers.set(colour, (number = pixelOf(colour)));
    // Between two tiles there is a line of what is below, where there is room for one.
    const gap = depth && width > 2.5 && height > 2.5 ? Math.max(1, Math.round(view.ratio / 2)) : 0;
    const left = Math.round(x * view.ratio);
    const right = Math.min(Math.max(Math.round((x + width) * view.ratio) - gap, left + 1), columns);
    const top = Math.round(y * view.ratio);
    const bottom = Math.min(Math.max(Math.round((y + height) * view.ratio) - gap, top + 1), lines);
    for (let line = top; line < bottom; line++) pixels.fill(number, line * columns + left, line * columns + right);
  }
  context.putImageData(image, 0, 0);
}

// "#rrggbb" as a pixel's four bytes are in memory: red first.
function pixelOf(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return new Uint32Array(new Uint8Array([...parts, 255]).buffer)[0];
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

function label(context, tile, view) {
  const { colours } = view;
  const { x, y, width, height, node } = tile;
  const name = labelOf(node);
  const size = sizeWords(node.value);
  context.textBaseline = "middle";
  context.textAlign = "left";
  if (!tile.leaf) {
    context.font = (tile.depth === 1 ? "600 " : "500 ") + "11px " + FONT;
    context.fillStyle = colours.ink;
    const told = width > 130 ? context.measureText(size).width + 10 : 0;
    write(context, name, x + 5, y + HEADING / 2 + 0.5, width - 9 - told);
    if (told) {
      context.font = "11px " + FONT;
      context.textAlign = "right";
      context.fillText(size, x + width - 6, y + HEADING / 2 + 0.5);
    }
    return;
  }
  const ink = isDark(tile.colour) ? colours.light : colours.dark;
  context.font = "11px " + FONT;
  const two = height > 32 && width > 46;
  const shownName = clip(context, name, width - 9);
  if (!shownName) return;
  if (tile.hatched) {
    // The lines of the hatching would run through the letters.
    context.fillStyle = tile.colour;
    context.fillRect(x + 3, y + 3, Math.min(width - 5, context.measureText(shownName).width + 6), two ? 28 : 13);
  }
  context.fillStyle = ink;
  context.fillText(shownName, x + 6, y + 10);
  if (two) write(context, size, x + 6, y + 24, width - 9);
}

function labelOf(node) {
  if (node.parent && node.parent.owner < 0 && !node.file) return node.name;
  return shown(node.name) + (node.children.length ? "/" : "");
}

function write(context, text, x, y, room) {
  const fitting = clip(context, text, room);
  if (fitting) context.fillText(fitting, x, y);
}

// As much of a text as there is room for, with an ellipsis; "" where that would say nothing.
function clip(context, text, room) {
  if (text.length > 200) text = text.slice(0, 200);
  const full = context.measureText(text).width;
  if (full <= room) return text;
  let kept = Math.floor((text.length * room) / full);
  while (kept > 2 && context.measureText(text.slice(0, kept) + "\u2026").width > room) kept--;
  return kept > 2 ? text.slice(0, kept) + "\u2026" : "";
}

// The chosen tile, and the one below the pointer, on a canvas of their own.
function drawMarks(view) {
  const context = view.marks.getContext("2d");
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  for (const [tile, thick] of [[view.hovered, 1.5], [view.tileOf(view.chosen), 2.5]]) {
    if (!tile) continue;
    const inset = thick / 2 + 0.5;
    const rect = [tile.x + inset, tile.y + inset, Math.max(tile.width - 2 * inset, 2), Math.max(tile.height - 2 * inset, 2)];
    context.strokeStyle = view.colours.page;
    context.lineWidth = thick + 1;
    context.strokeRect(...rect);
    context.strokeStyle = view.colours.mark;
    context.lineWidth = thick;
    context.strokeRect(...rect);
  }
}
