/* A drawing → 28×28, as core/images/handwriting.py does it, number by number: see there for why each step is as it is.
   The golden vectors of tests/ui/canvas/live hold the two together. Nothing is allocated once a few drawings were seen. */

export const SIDE = 28;
const LONGEST = 20;
const FINE = 8 * LONGEST;
const USUAL_PEN = [1.8, 3.53];
const STEEPER = Math.fround(1.3);
const SLOPE = 0.15;
const LEAST_INK = 0.2;
const SOLID_DEEP = 0.9;
const SOLID_PEN = 0.6;
const SOLID_ASPECT = 2.6;
const f32 = Math.fround;

/** Room that is kept from drawing to drawing: an array for each name, as large as was ever asked for. */
const kept = new Map();
function room(name, length, kind = Float32Array) {
  let array = kept.get(name);
  if (!array || array.length < length) kept.set(name, (array = new kind(Math.ceil(1.25 * length))));
  return array;
}

/** A picture in its own room: `data` may be longer than it. */
function picture(name, height, width) {
  const data = room(name, height * width);
  return { data, height, width };
}

/** The ink on a canvas: RGBA bytes on a background → a picture in [0, 1], 1 = ink. */
export function inkOfCanvas({ data: pixels, width, height }, background) {
  const ink = picture("ink", height, width);
  const [red, green, blue] = background;
  let strongest = 0;
  for (let i = 0, p = 0; i < width * height; i++, p += 4) {
    const colour = Math.max(
      Math.abs(pixels[p] - red),
      Math.abs(pixels[p + 1] - green),
      Math.abs(pixels[p + 2] - blue),
    );
    const value = colour && f32(colour * f32(pixels[p + 3] / 255));
    ink.data[i] = value;
    if (value > strongest) strongest = value;
  }
  for (let i = 0; i < width * height; i++) ink.data[i] = strongest >= 64 ? ink.data[i] / strongest : 0;
  return ink;
}

/** Bring one character to 28×28 in `image` (784 numbers in [0, 1]).
 *
 * Returns "" or why there is nothing to judge: "blank", "filled", "too_small" or "dot". `ink` loses its specks.
 */
export function prepare(ink, image) {
  image.fill(0);
  const refusal = blankOrFilled(ink);
  if (refusal) return refusal;
  let seen = measured(ink);
  for (let i = 0; i < 3 && removeSpecks(ink, seen); i++) seen = measured(ink);
  const refused = tooSmall(ink, seen) || solid(ink, seen);
  if (refused) return refused;
  place(withUsualPen(seen), image);
  return "";
}

function blankOrFilled({ data, height, width }) {
  let peak = 0;
  let dark = 0;
  for (let i = 0; i < height * width; i++) {
    if (data[i] > peak) peak = data[i];
    if (data[i] >= 0.5) dark++;
  }
  if (peak < LEAST_INK) return "blank";
  return dark / (height * width) > 0.8 ? "filled" : "";
}

function tooSmall({ height, width }, { edges, pen }) {
  const side = Math.max(edges.bottom - edges.top, edges.right - edges.left);
  const field = Math.max(height, width);
  if (side < Math.max(4, 0.05 * field)) return "too_small";
  return pen > 0.55 * LONGEST && side < 0.25 * field ? "dot" : "";
}

function solid({ height, width }, { edges, fine, depth, pen }) {
  const side = Math.max(edges.bottom - edges.top, edges.right - edges.left);
  const long = Math.max(fine.height, fine.width);
  const short = Math.min(fine.height, fine.width);
  if (long >= SOLID_ASPECT * short || side < 0.25 * Math.max(height, width)) return "";
  let deepest = 0;
  for (let i = 0; i < fine.height * fine.width; i++) if (depth[i] > deepest) deepest = depth[i];
  return 2 * deepest >= SOLID_DEEP * short && (pen * FINE) / LONGEST >= SOLID_PEN * short ? "filled" : "";
}

/** Where the ink is, the fine grid, how deep inside the ink its pixels lie, and the width of the pen. */
function measured(ink) {
  const edges = edgesOf(ink);
  const fine = fineGrid(ink, edges);
  const depth = distance(fine, "depth", (value) => value >= 0.5, true);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < fine.height * fine.width; i++) {
    sum += depth[i];
    if (depth[i] > 0) count++;
  }
  return { edges, fine, depth, pen: (4 * (sum / count - 0.5) * LONGEST) / FINE };
}

function edgesOf({ data, height, width }) {
  const rows = room("rows", height);
  const columns = room("columns", width);
  rows.fill(0);
  columns.fill(0);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const value = data[i];
      if (value === 0) continue;
      if (value > rows[y]) rows[y] = value;
      if (value > columns[x]) columns[x] = value;
    }
  const [top, bottom] = span(rows, height);
  const [left, right] = span(columns, width);
  return { top, left, bottom, right };
}

/** First and last place where a line of pixel values crosses half of its peak. */
function span(profile, length) {
  let peak = 0;
  for (let i = 0; i < length; i++) if (profile[i] > peak) peak = profile[i];
  const level = peak / 2;
  let first = 0;
  while (profile[first] < level) first++;
  let last = length - 1;
  while (profile[last] < level) last--;
  const at = (i) => (i < 0 || i >= length ? 0 : profile[i]);
  const crossing = (outer, inner) =>
    outer + 0.5 + ((level - at(outer)) / (at(inner) - at(outer))) * (inner - outer);
  return [Math.max(crossing(first - 1, first), 0), Math.min(crossing(last + 1, last), length)];
}

function fineGrid(ink, edges) {
  const scale = FINE / Math.max(edges.bottom - edges.top, edges.right - edges.left);
  const fine = resized(ink, edges, scale, scale > 1 ? BICUBIC : BOX, "fine");
  const count = fine.height * fine.width;
  let total = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    total += fine.data[i];
    squares += fine.data[i] * fine.data[i];
  }
  const gain = f32(Math.max(1, (0.6 * total) / squares));
  for (let i = 0; i < count; i++) {
    const steep = f32(f32(f32(f32(fine.data[i] * gain) - 0.5) * STEEPER) + 0.5);
    fine.data[i] = steep < 0 ? 0 : steep > 1 ? 1 : steep;
  }
  return fine;
}

/* Pillow's resampling of pictures of mode F (Resample.c): the filter is widened when a picture shrinks, weights are
   doubles that add up to 1, and a box's sides are float32. */
const BOX = { support: 0.5, of: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };
const BICUBIC = {
  support: 2,
  of(x) {
    const a = Math.abs(x);
    if (a < 1) return (1.5 * a - 2.5) * a * a + 1;
    return a < 2 ? (((a - 5) * a + 8) * a - 4) * -0.5 : 0;
  },
};

/** Which pixels count for each new one, from where on, and how much. */
function taps(name, size, start, stop, count, filter) {
  start = f32(start);
  const scale = f32(f32(stop) - start) / count;
  const wider = Math.max(scale, 1);
  const support = filter.support * wider;
  const most = Math.ceil(support) * 2 + 1;
  const firsts = room(`${name} firsts`, count, Int32Array);
  const counts = room(`${name} counts`, count, Int32Array);
  const weights = room(`${name} weights`, count * most, Float64Array);
  for (let i = 0; i < count; i++) {
    const centre = start + (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const number = Math.min(Math.trunc(centre + support + 0.5), size) - first;
    let sum = 0;
    for (let k = 0; k < number; k++) sum += weights[i * most + k] = filter.of((first + k - centre + 0.5) / wider);
    if (sum !== 0) for (let k = 0; k < number; k++) weights[i * most + k] /= sum;
    firsts[i] = first;
    counts[i] = number;
  }
  return { firsts, counts, weights, most };
}

/** Part of a picture at another scale; what lies beyond its last row and column is paper. */
function resized({ data, height, width }, { top, left, bottom, right }, scale, filter, name) {
  const rows = Math.max(1, Math.ceil(Math.round((bottom - top) * scale * 1000) / 1000));
  const columns = Math.max(1, Math.ceil(Math.round((right - left) * scale * 1000) / 1000));
  const [lower, further] = [top + rows / scale, left + columns / scale];
  const paddedHeight = height + Math.ceil(Math.max(0, lower - height));
  const paddedWidth = width + Math.ceil(Math.max(0, further - width));
  const across = taps("across", paddedWidth, left, further, columns, filter);
  const down = taps("down", paddedHeight, top, lower, rows, filter);
  const firstRow = down.firsts[0];
  const lastRow = Math.min(down.firsts[rows - 1] + down.counts[rows - 1], height);
  const middle = room("middle", height * columns);
  for (let y = firstRow; y < lastRow; y++)
    for (let x = 0; x < columns; x++) {
      const first = across.firsts[x];
      const number = Math.min(across.counts[x], width - first);
      let sum = 0;
      for (let k = 0, w = x * across.most, i = y * width + first; k < number; k++) sum += data[i + k] * across.weights[w + k];
      middle[y * columns + x] = sum;
    }
  const result = picture(name, rows, columns);
  for (let y = 0; y < rows; y++) {
    const first = down.firsts[y];
    const number = Math.min(down.counts[y], height - first);
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0, w = y * down.most, i = first * columns + x; k < number; k++, i += columns)
        sum += middle[i] * down.weights[w + k];
      result.data[y * columns + x] = sum < 0 ? 0 : sum > 1 ? 1 : sum;
    }
  }
  return result;
}

/** Distance of each pixel where `inside` holds to the nearest one where it does not; 0 at all others.
 *
 * Beyond the picture is outside, too, if `framed`. Exact up to `reach`, and at least `reach` beyond.
 */
function distance({ data, height, width }, name, inside, framed, reach = Infinity) {
  const along = room("along", height * width);
  const far = (height + width) ** 2;
  const most = Math.min(reach * reach, far);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0, run = framed ? 0 : far; x < width; x++) {
      run = inside(data[row + x]) ? run + 1 : 0;
      along[row + x] = run;
    }
    for (let x = width - 1, run = framed ? 0 : far; x >= 0; x--) {
      run = along[row + x] > 0 ? run + 1 : 0;
      const nearest = Math.min(along[row + x], run);
      along[row + x] = Math.min(nearest * nearest, most);
    }
  }
  const result = room(name, height * width);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      let squared = along[i];
      for (let step = 1; step * step < squared; step++) {
        const rise = step * step;
        const above = y >= step ? along[i - step * width] : framed ? 0 : Infinity;
        const below = y + step < height ? along[i + step * width] : framed ? 0 : Infinity;
        const nearer = rise + Math.min(above, below);
        if (nearer < squared) squared = nearer;
      }
      result[i] = Math.sqrt(squared);
    }
  return result;
}

/** The fine grid as the nearest usual pen would have drawn it. */
function withUsualPen({ fine, depth, pen: found }) {
  const wanted = Math.min(Math.max(found, USUAL_PEN[0]), USUAL_PEN[1]);
  if (wanted === found) return fine;
  const pen = (found * FINE) / LONGEST;
  let move = (wanted * FINE - LONGEST * pen) / (2 * (LONGEST - wanted));
  let moved;
  if (move > 0) {
    moved = framed(fine, Math.ceil(move) + 2, Math.ceil(move) + 2, "moved");
    const outside = distance(moved, "outside", (value) => value < 0.5, false, move + 2);
    for (let i = 0; i < moved.height * moved.width; i++)
      moved.data[i] = Math.max(moved.data[i], Math.min(Math.max(1 + move - outside[i], 0), 1));
  } else {
    const least = ((USUAL_PEN[0] / 2) * FINE) / LONGEST;
    move = -Math.min(-move, Math.max(thinnest(depth, fine) - least, 0));
    moved = picture("moved", fine.height, fine.width);
    for (let i = 0; i < fine.height * fine.width; i++)
      moved.data[i] = Math.min(fine.data[i], Math.min(Math.max(depth[i] + move, 0), 1));
  }
  const edges = edgesOf(moved);
  return resized(moved, edges, FINE / Math.max(edges.bottom - edges.top, edges.right - edges.left), BICUBIC, "usual");
}

/** Half the width of the thinnest strokes: the 10 % quantile of the depth along the middle of each stroke. */
function thinnest(depth, { height, width }) {
  const ridge = room("ridge", height * width);
  let count = 0;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const own = depth[i];
      if (
        own > 0 &&
        (x === 0 || own >= depth[i - 1]) &&
        (x === width - 1 || own >= depth[i + 1]) &&
        (y === 0 || own >= depth[i - width]) &&
        (y === height - 1 || own >= depth[i + width])
      )
        ridge[count++] = own;
    }
  const sorted = ridge.subarray(0, count).sort();
  const at = 0.1 * (count - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, count - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]) - 0.5;
}

/** A picture with paper above and on its left, and `after` below and on its right. */
function framed({ data, height, width }, before, after, name) {
  const result = picture(name, height + before + after, width + before + after);
  result.data.fill(0, 0, result.height * result.width);
  for (let y = 0; y < height; y++) {
    const to = (y + before) * result.width + before;
    for (let x = 0; x < width; x++) result.data[to + x] = data[y * width + x];
  }
  return result;
}

/** The fine grid in pixels of the image, `down` and `right` by part of a pixel; its strongest is 1. */
function scaled(fine, down, right) {
  const one = FINE / LONGEST;
  const framedFine = framed(fine, one, 0, "framed");
  const edges = {
    top: (1 - down) * one,
    left: (1 - right) * one,
    bottom: framedFine.height,
    right: framedFine.width,
  };
  const result = resized(framedFine, edges, 1 / one, BOX, "scaled");
  const count = result.height * result.width;
  let peak = 0;
  for (let i = 0; i < count; i++) if (result.data[i] > peak) peak = result.data[i];
  for (let i = 0; i < count; i++) result.data[i] /= peak;
  return result;
}

/** Put the character into the middle of the image, by its centre of mass. */
function place(fine, image) {
  let character = scaled(fine, 0, 0);
  const { data, height, width } = character;
  let mass = 0;
  let downwards = 0;
  let rightwards = 0;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      mass += data[i];
      downwards += y * data[i];
      rightwards += x * data[i];
    }
  const [top, down] = shift(downwards / mass, height);
  const [left, right] = shift(rightwards / mass, width);
  if (down || right) character = scaled(fine, down, right);
  for (let y = 0; y < character.height; y++)
    for (let x = 0; x < character.width; x++)
      image[(top + y) * SIDE + left + x] = character.data[y * character.width + x];
}

/** By how many whole pixels, and which part of one, to shift along an axis. */
function shift(centre, length) {
  const by = Math.min(Math.max(SIDE / 2 - centre, 0), SIDE - length);
  const whole = Math.floor(by);
  const part = Math.min(Math.max((by - whole - 0.5) / (2 * SLOPE) + 0.5, 0), 1);
  return part === 1 ? [whole + 1, 0] : [whole, part];
}

/** Erase connected parts with less than half the ink of one touch of the pen. True if anything was erased. */
function removeSpecks(ink, { edges, fine, pen }) {
  const rows = Math.ceil(fine.height / 2);
  const columns = Math.ceil(fine.width / 2);
  const blocks = room("blocks", rows * columns);
  blocks.fill(0, 0, rows * columns);
  for (let y = 0; y < fine.height; y++)
    for (let x = 0; x < fine.width; x++) blocks[(y >> 1) * columns + (x >> 1)] += fine.data[y * fine.width + x];
  const parts = room("parts", rows * columns, Int32Array);
  const count = connected(blocks, rows, columns, parts);

  const amounts = room("amounts", count + 1, Float64Array);
  amounts.fill(0, 0, count + 1);
  for (let i = 0; i < rows * columns; i++) amounts[parts[i]] += blocks[i];
  const least = (Math.PI / 8) * ((pen * FINE) / LONGEST) ** 2;
  let largest = 1;
  for (let part = 2; part <= count; part++) if (amounts[part] > amounts[largest]) largest = part;
  const keeps = (part) => part > 0 && (part === largest || amounts[part] >= least);

  let all = true;
  for (let part = 1; part <= count; part++) all &&= keeps(part);
  const keep = room("keep", rows * columns, Uint8Array);
  let [above, below, before, after] = [false, false, false, false];
  for (let y = 0, i = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, i++) {
      keep[i] = keeps(parts[i]) ? 1 : 0;
      if (!keep[i]) continue;
      above ||= y < 2;
      below ||= y >= rows - 2;
      before ||= x < 2;
      after ||= x >= columns - 2;
    }
  if (all && above && below && before && after) return false;

  // A pixel stays if its block or one of that block's neighbours is kept; a block beyond the grid counts as the one
  // at the grid's side.
  const scale = FINE / Math.max(edges.bottom - edges.top, edges.right - edges.left) / 2;
  const inside = (value, most) => Math.min(Math.max(value, 0), most - 1);
  const near = (y, x) => {
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, rows - 1); v++)
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, columns - 1); u++) if (keep[v * columns + u]) return true;
    return false;
  };
  for (let i = 0; i < ink.height; i++) {
    const y = Math.floor((i + 0.5 - edges.top) * scale);
    for (let j = 0; j < ink.width; j++) {
      if (ink.data[i * ink.width + j] === 0) continue;
      const x = Math.floor((j + 0.5 - edges.left) * scale);
      if (y < -1 || y > rows || x < -1 || x > columns || !near(inside(y, rows), inside(x, columns)))
        ink.data[i * ink.width + j] = 0;
    }
  }
  return true;
}

/** Number the connected parts of what is above 0, from 1 up; eight neighbours count. Returns how many there are. */
function connected(values, rows, columns, parts) {
  parts.fill(0, 0, rows * columns);
  const waiting = room("waiting", rows * columns, Int32Array);
  let count = 0;
  for (let start = 0; start < rows * columns; start++) {
    if (parts[start] || !(values[start] > 0)) continue;
    parts[start] = ++count;
    waiting[0] = start;
    for (let left = 1; left > 0; ) {
      const at = waiting[--left];
      const [y, x] = [Math.floor(at / columns), at % columns];
      for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, rows - 1); v++)
        for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, columns - 1); u++) {
          const next = v * columns + u;
          if (parts[next] || !(values[next] > 0)) continue;
          parts[next] = count;
          waiting[left++] = next;
        }
    }
  }
  return count;
}
