// Where the rectangles lie: squarified, so that they are as near to squares as they can be
// (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000). Made once for each zoom and size.

const HEADING = 17;

// The children of each node from the largest to the smallest, in what is shown now.
function arrange(node, when, measure) {
  node.value = node[when][measure];
  for (const child of node.children) arrange(child, when, measure);
  node.children.sort((one, other) => other.value - one.value);
}

function layOut(node, area) {
  const tiles = [];
  const place = (inner, x, y, width, height, depth) => {
    const tile = { node: inner, place: tiles.length, x, y, width, height, depth, heading: 0, leaf: true };
    tiles.push(tile);
    inner.tile = tile;
    const open = inner.children.length && width * height >= 6 && width >= 1.5 && height >= 1.5;
    if (!open) return;
    tile.leaf = false;
    const roomy = width >= 46 && height >= 34;
    tile.heading = depth > 0 && roomy ? HEADING : 0;
    const edge = width >= 24 && height >= 24 ? (depth > 0 ? 2 : 0) : 0;
    const top = tile.heading || edge;
    squarify(inner.children, x + edge, y + top, width - 2 * edge, height - top - edge, depth + 1, place);
  };
  place(node, area.x, area.y, area.width, area.height, 0);
  return tiles;
}

function squarify(sorted, x, y, width, height, depth, place) {
  let count = 0;
  let left = 0;
  while (count < sorted.length && sorted[count].value > 0) left += sorted[count++].value;
  let start = 0;
  while (start < count && width > 0 && height > 0) {
    const short = Math.min(width, height);
    const scale = (width * height) / left;
    let end = start;
    let sum = 0;
    let worst = Infinity;
    while (end < count) {
      const next = sum + sorted[end].value;
      const thick = (next * scale) / short;
      const ratio = Math.max((sorted[start].value * scale) / thick / thick, (thick * thick) / (sorted[end].value * scale));
      if (ratio > worst) break;
      worst = ratio;
      sum = next;
      end++;
    }
    const thick = (sum * scale) / short;
    let along = 0;
    for (let index = start; index < end; index++) {
      const length = (sorted[index].value * scale) / thick;
      if (width >= height) place(sorted[index], x, y + along, thick, length, depth);
      else place(sorted[index], x + along, y, length, thick, depth);
      along += length;
    }
    if (width >= height) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
    left -= sum;
    start = end;
  }
}

// The deepest tile at a point, and the tiles around one.
function tileAt(tiles, x, y) {
  for (let index = tiles.length - 1; index >= 0; index--) {
    const tile = tiles[index];
    if (x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height) return tile;
  }
  return null;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function neighbour(tiles, from, key) {
  const [dx, dy] = STEPS[key];
  const middle = (tile) => [tile.x + tile.width / 2, tile.y + tile.height / 2];
  const [fx, fy] = middle(from);
  let best = null;
  let least = Infinity;
  for (const tile of tiles) {
    const [x, y] = middle(tile);
    const ahead = (x - fx) * dx + (y - fy) * dy;
    const aside = Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx);
    // The nearest edge decides, so that a step never jumps over a tile that lies right beside.
    const gap = dx ? (dx > 0 ? tile.x - from.x - from.width : from.x - tile.x - tile.width) : dy > 0 ? tile.y - from.y - from.height : from.y - tile.y - tile.height;
    if (tile === from || ahead <= 0 || gap < -1) continue;
    const overlap = dx
      ? Math.min(tile.y + tile.height, from.y + from.height) - Math.max(tile.y, from.y)
      : Math.min(tile.x + tile.width, from.x + from.width) - Math.max(tile.x, from.x);
    const distance = gap * 2 + aside * 0.5 + (overlap > 0 ? 0 : 1000);
    if (distance < least) [best, least] = [tile, distance];
  }
  return best;
}
