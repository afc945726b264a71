// The threshold lab: two distributions, mirrored, and one threshold between them that can be dragged.
// All scores are here, sorted by label, so that every figure is counted anew while the threshold moves, exactly as
// Python counts (score > threshold in single precision). Python gets the threshold when it is let go.

const SVG = "http://www.w3.org/2000/svg";
const HALF = 104, EDGE = 38, TICKS = 18; // pixels: height of a half, margin left and right, room for the axis's numbers
const SMALL = { height: 150, left: 42, right: 8, top: 8, bottom: 32 };
const IDLE = 500; // milliseconds after the last key until the threshold is sent to Python

export default function ({ data, parentElement, setTriggerValue }) {
  const lab = (parentElement.kagamiLab ??= new Lab(parentElement));
  lab.show(data, (threshold) => setTriggerValue("threshold", threshold));
  return () => lab.close();
}

class Lab {
  constructor(parent) {
    this.root = element("div", "kl");
    parent.replaceChildren(this.root);
    this.resized = new ResizeObserver(() => this.draw());
  }

  show(data, send) {
    clearTimeout(this.pending);
    this.data = data;
    this.send = send;
    const bytes = Uint8Array.from(atob(data.scores), (c) => c.charCodeAt(0));
    const scores = new Float32Array(bytes.buffer);
    let start = 0;
    this.labels = data.labels.map((label) => {
      const mine = scores.subarray(start, (start += label.n));
      const counts = this.histogram(mine);
      return { ...label, scores: mine, counts, shares: counts.map((count) => count / label.n) };
    });
    this.sides = [false, true].map((unseen) => {
      const mine = this.labels.filter((label) => label.unseen === unseen);
      const n = mine.reduce((sum, label) => sum + label.n, 0);
      const counts = data.edges.slice(1).map((_, bin) => mine.reduce((sum, label) => sum + label.counts[bin], 0));
      return { labels: mine, n, counts, shares: counts.map((count) => count / n) };
    });
    this.highest = Math.max(...this.sides.flatMap((side) => side.shares));
    // Python's own threshold may lie outside the drawn range, or at infinity (null).
    this.threshold = data.threshold ?? Infinity;
    this.build();
    this.draw();
    this.resized.observe(this.plot);
  }

  close() {
    clearTimeout(this.pending);
    this.resized.disconnect();
  }

  histogram(sorted) {
    const { edges } = this.data;
    const below = edges.map((edge) => upTo(sorted, edge));
    below[0] = 0;
    below[edges.length - 1] = sorted.length;
    return edges.slice(1).map((_, bin) => below[bin + 1] - below[bin]);
  }

  // ---- what is there once --------------------------------------------------------------------------------------

  build() {
    const { words } = this.data;
    const quadrant = (kind, word) =>
      `<p class="kl-quadrant kg-${kind}"><span>${this.icon(kind)} ${word}</span> <b></b> <i></i></p>`;
    const panel = (name) =>
      `<figure class="kl-panel" data-panel="${name}"><figcaption><b>${words[name]}</b><span></span></figcaption>` +
      `<svg role="img"></svg></figure>`;
    this.root.innerHTML =
      `<div class="kl-main">
        <div class="kl-quadrants">${quadrant("normal", words.passed)}${quadrant("normal", words.alarms)}</div>
        <div class="kl-plot"><svg aria-hidden="true"></svg>
          <div class="kl-handle" role="slider" tabindex="0" aria-label="${words.threshold}"><span></span></div>
          <div class="kl-peek" hidden></div></div>
        <div class="kl-quadrants">${quadrant("anomalous", words.missed)}${quadrant("anomalous", words.detected)}</div>
      </div>
      <div class="kl-labels"><p class="kl-title">${words.by_label}</p></div>
      <div class="kl-panels">${panel("roc")}${panel("pr")}${panel("cost")}</div>`;
    this.plot = this.root.querySelector(".kl-plot");
    this.chart = this.plot.querySelector("svg");
    this.handle = this.root.querySelector(".kl-handle");
    this.peek = this.root.querySelector(".kl-peek");
    this.quadrants = [...this.root.querySelectorAll(".kl-quadrant")];
    this.panels = [...this.root.querySelectorAll(".kl-panel")];
    const list = this.root.querySelector(".kl-labels");
    this.rows = this.labels.map((label) => {
      const kind = label.unseen ? "anomalous" : "normal";
      const row = element("button", `kl-row kg-${kind}`);
      row.type = "button";
      row.innerHTML = `<span class="kl-name">${this.icon(kind)} ${label.name}</span>
        <span class="kl-bar"><span></span></span><span class="kl-rate"></span>`;
      for (const type of ["pointerenter", "focus"]) row.addEventListener(type, () => this.outline(label));
      for (const type of ["pointerleave", "blur"]) row.addEventListener(type, () => this.outline(null));
      list.append(row);
      return row;
    });
    this.listen();
  }

  // Not read out: a word stands beside it.
  icon(kind) {
    return `<span aria-hidden="true">${this.data.icons[kind]}</span>`;
  }

  listen() {
    this.plot.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.plot.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.peek.hidden = true;
      this.handle.focus({ preventScroll: true });
      this.move(this.at(event));
      event.preventDefault();
    });
    this.plot.addEventListener("pointermove", (event) => (this.dragging ? this.move(this.at(event)) : this.look(event)));
    this.plot.addEventListener("pointerleave", () => (this.peek.hidden = true));
    this.plot.addEventListener("pointerup", () => this.release());
    this.plot.addEventListener("pointercancel", () => this.release());
    this.handle.addEventListener("keydown", (event) => {
      const { edges, step } = this.data;
      const from = Math.min(Math.max(this.threshold, edges[0]), edges.at(-1));
      const to = {
        ArrowLeft: from - step, ArrowDown: from - step, ArrowRight: from + step, ArrowUp: from + step,
        PageDown: from - 20 * step, PageUp: from + 20 * step, Home: edges[0], End: edges.at(-1),
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.move(to);
      clearTimeout(this.pending);
      this.pending = setTimeout(() => this.send(this.threshold), IDLE);
    });
  }

  release() {
    if (!this.dragging) return;
    this.dragging = false;
    this.send(this.threshold);
  }

  at(event) {
    const box = this.plot.getBoundingClientRect();
    const { edges } = this.data;
    return edges[0] + ((event.clientX - box.left - EDGE) / (box.width - 2 * EDGE)) * (edges.at(-1) - edges[0]);
  }

  move(threshold) {
    const { edges, decimals } = this.data;
    this.threshold = Number(Math.min(Math.max(threshold, edges[0]), edges.at(-1)).toFixed(decimals));
    this.tally();
  }

  // ---- what depends on the size ---------------------------------------------------------------------------------

  draw() {
    const width = this.plot.clientWidth;
    if (!width || !this.chart.isConnected) return;
    const { edges, marks } = this.data;
    this.x = scale(edges[0], edges.at(-1), EDGE, width - EDGE);
    const height = 2 * HALF + TICKS;
    this.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.chart.style.height = `${height}px`;
    this.chart.replaceChildren();
    const clip = svg(svg(this.chart, "clipPath", { id: "kl-flagged" }), "rect", { y: 0, height });
    this.flagged = clip;
    for (const [i, side] of this.sides.entries()) {
      const d = this.bars(side.shares, i === 1);
      const kind = i === 1 ? "kl-unseen" : "kl-known";
      svg(this.chart, "path", { d, class: `${kind} kl-faint` });
      svg(this.chart, "path", { d, class: kind, "clip-path": "url(#kl-flagged)" });
    }
    svg(this.chart, "line", { x1: EDGE, x2: width - EDGE, y1: HALF, y2: HALF, class: "kl-axis" });
    for (const tick of ticks(edges[0], edges.at(-1), width < 500 ? 4 : 7)) {
      svg(this.chart, "text", { x: this.x(tick), y: height - 4, "text-anchor": "middle" }).textContent = minus(tick);
    }
    for (const { at, name } of marks) {
      if (at < edges[0] || at > edges.at(-1)) continue;
      const x = this.x(at);
      svg(this.chart, "line", { x1: x, x2: x, y1: 0, y2: 2 * HALF, class: "kl-mark" });
      const right = x < width * 0.7;
      svg(this.chart, "text", { x: x + (right ? 5 : -5), y: 11, "text-anchor": right ? "start" : "end" }).textContent = name;
    }
    this.outlined = svg(this.chart, "path", { class: "kl-outline" });
    this.drawPanels();
    this.tally();
  }

  bars(shares, down) {
    const { edges } = this.data;
    const direction = down ? 1 : -1;
    let d = `M${this.x(edges[0])},${HALF}`;
    shares.forEach((share, bin) => {
      const y = HALF + (direction * share * (HALF - 4)) / this.highest;
      d += `L${this.x(edges[bin])},${y}L${this.x(edges[bin + 1])},${y}`;
    });
    return `${d}L${this.x(edges.at(-1))},${HALF}Z`;
  }

  outline(label) {
    if (!this.outlined) return;
    if (!label) return this.outlined.setAttribute("d", "");
    // A single label's peak may be higher than its side's.
    const lower = Math.min(1, this.highest / Math.max(...label.shares));
    this.outlined.setAttribute("d", this.bars(label.shares.map((share) => share * lower), label.unseen));
  }

  drawPanels() {
    const { curves, words, edges, others } = this.data;
    const unit = { x: [0, 1], y: [0, 1], ticks: [[0, 0.5, 1], [0, 0.5, 1]], format: (v) => `${100 * v} %` };
    const highest = Math.max(...curves.cost.map((point) => point[1])) * 1.05;
    const [roc, pr, cost] = this.panels;
    this.points = [
      this.panel(roc, curves.roc, { ...unit, names: [words.alarms_axis, words.detected_axis], line: [[0, 0], [1, 1]], others }),
      this.panel(pr, curves.pr, { ...unit, names: [words.detected_axis, words.precision_axis], others: [] }),
      this.panel(cost, curves.cost, {
        x: [edges[0], edges.at(-1)], y: [0, highest],
        ticks: [ticks(edges[0], edges.at(-1), 3), ticks(0, highest, 3)], format: minus,
        names: [words.threshold, words.cost_axis], others: [], least: curves.least,
      }),
    ];
  }

  panel(figure, points, { x, y, ticks: [xs, ys], format, names, line, others, least }) {
    const chart = figure.querySelector("svg");
    const width = chart.clientWidth || 200, { height, left, right, top, bottom } = SMALL;
    chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    chart.replaceChildren();
    const at = [scale(...x, left, width - right), scale(...y, height - bottom, top)];
    const path = (list) => "M" + list.map(([a, b]) => `${at[0](a)},${at[1](b)}`).join("L");
    for (const tick of xs) {
      const anchor = tick === x[1] ? "end" : tick === x[0] ? "start" : "middle";
      svg(chart, "text", { x: at[0](tick), y: height - bottom + 13, "text-anchor": anchor }).textContent = format(tick);
    }
    for (const tick of ys) {
      svg(chart, "line", { x1: left, x2: width - right, y1: at[1](tick), y2: at[1](tick), class: "kl-grid" });
      svg(chart, "text", { x: left - 4, y: at[1](tick) + 4, "text-anchor": "end" }).textContent = format(tick).replace(" %", "");
    }
    svg(chart, "text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }).textContent = names[0];
    svg(chart, "text", { x: -(top + height - bottom) / 2, y: 10, transform: "rotate(-90)", "text-anchor": "middle" })
      .textContent = names[1];
    if (line) svg(chart, "path", { d: path(line), class: "kl-chance" });
    for (const other of others) {
      svg(chart, "path", { d: path(other.points), class: "kl-other" });
      const [a, b] = other.points[Math.floor(other.points.length * 0.55)];
      svg(chart, "text", { x: Math.min(at[0](a) + 6, width - right - 60), y: at[1](b) + 14 }).textContent = other.name;
    }
    svg(chart, "path", { d: path(points), class: "kl-curve" });
    if (least) svg(chart, "circle", { cx: at[0](least[0]), cy: at[1](least[1]), r: 4.5, class: "kl-least" });
    return { dot: svg(chart, "circle", { r: 5.5, class: "kl-dot" }), at, chart, names };
  }

  // ---- what depends on the threshold ----------------------------------------------------------------------------

  tally() {
    const { edges, decimals, words, costs, curves } = this.data;
    const t = Math.fround(this.threshold);
    const above = this.labels.map((label) => label.n - upTo(label.scores, t));
    const flagged = [0, 0];
    this.labels.forEach((label, i) => (flagged[Number(label.unseen)] += above[i]));
    const [known, unseen] = this.sides.map((side) => side.n);
    const [alarms, detected] = flagged;
    const rates = { alarms: alarms / known, detected: detected / unseen };
    const counts = [known - alarms, alarms, unseen - detected, detected];
    this.quadrants.forEach((quadrant, i) => {
      quadrant.querySelector("b").textContent = percent(counts[i] / (i < 2 ? known : unseen));
      quadrant.querySelector("i").textContent = counts[i].toLocaleString("en");
    });
    this.rows.forEach((row, i) => {
      const share = above[i] / this.labels[i].n;
      row.querySelector(".kl-bar span").style.width = `${100 * share}%`;
      row.querySelector(".kl-rate").textContent = percent(share);
      row.setAttribute("aria-label", `${this.labels[i].spoken}: ${percent(share)}`);
    });
    const inside = Math.min(Math.max(this.threshold, edges[0]), edges.at(-1));
    const precision = alarms + detected ? detected / (alarms + detected) : null;
    const cost = 1000 * (costs.prevalence * costs.miss * (1 - rates.detected) + (1 - costs.prevalence) * rates.alarms);
    const places = [[rates.alarms, rates.detected], [rates.detected, precision ?? 1], [inside, cost]];
    const summaries = [
      `${words.auroc} ${curves.auroc}`,
      `${words.precision} ${precision === null ? "–" : percent(precision)}`,
      `${fixed(cost, 0)} · ${words.least} ${curves.least_cost}`,
    ];
    this.panels.forEach((figure, i) => {
      figure.querySelector("figcaption span").textContent = summaries[i];
      const { dot, at, chart, names } = this.points[i];
      dot.setAttribute("cx", at[0](places[i][0]));
      dot.setAttribute("cy", at[1](places[i][1]));
      chart.setAttribute("aria-label", `${names[1]} / ${names[0]}: ${summaries[i]}`);
    });
    const value = Number.isFinite(this.threshold) ? minus(this.threshold.toFixed(decimals)) : "∞";
    const x = this.x(inside);
    this.handle.style.left = `${x}px`;
    this.handle.firstChild.textContent = value;
    this.flagged.setAttribute("x", x);
    this.flagged.setAttribute("width", Math.max(0, this.plot.clientWidth - x));
    this.handle.setAttribute("aria-valuemin", edges[0]);
    this.handle.setAttribute("aria-valuemax", edges.at(-1));
    this.handle.setAttribute("aria-valuenow", inside);
    this.handle.setAttribute(
      "aria-valuetext",
      `${value}; ${words.detected} ${percent(rates.detected)}; ${words.alarms} ${percent(rates.alarms)}`,
    );
  }

  // ---- what lies under the pointer -------------------------------------------------------------------------------

  look(event) {
    const { edges, sheet, words, icons } = this.data;
    const where = this.at(event);
    const bin = edges.findLastIndex((edge) => edge < where);
    const none = bin < 0 || bin > edges.length - 2 || !this.sides.some((side) => side.counts[bin]);
    this.peek.hidden = none || event.pointerType === "touch" || event.target.closest(".kl-handle") !== null;
    if (this.peek.hidden || bin === this.shown) return;
    this.shown = bin;
    this.peek.innerHTML = this.sides
      .map((side, i) => {
        const indices = sheet.examples[i][bin];
        if (!indices.length) return "";
        const row = (second) => indices.map((index) => `<span style="${this.cell(2 * index + second)}"></span>`).join("");
        const [kind, word] = i ? ["anomalous", words.unseen] : ["normal", words.known];
        const head = `<p class="kg-${kind}">${icons[kind]} ${word}`;
        return `${head}: ${side.counts[bin].toLocaleString("en")}</p><div>${row(0)}</div><div>${row(1)}</div>`;
      })
      .join("");
    const x = this.x((edges[bin] + edges[bin + 1]) / 2);
    const width = this.plot.clientWidth;
    this.peek.style.left = x > width / 2 ? "" : `${x + 18}px`;
    this.peek.style.right = x > width / 2 ? `${width - x + 18}px` : "";
  }

  // A tile of the sheet as a background, 44 pixels wide.
  cell(index) {
    const { url, columns, rows } = this.data.sheet;
    const column = index % columns, row = Math.floor(index / columns);
    return `background:url(${url}) -${44 * column}px -${44 * row}px / ${44 * columns}px ${44 * rows}px`;
  }
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function svg(parent, name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}

function scale(low, high, from, to) {
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

// How many of the sorted values are not above the limit.
function upTo(sorted, limit) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Round numbers between low and high, about as many as wanted.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++) found.push(Number((i * step).toFixed(places)));
  return found;
}

// As Python formats: a tie goes to the even digit.
function fixed(value, places) {
  const shifted = value * 10 ** places, floor = Math.floor(shifted);
  const even = shifted - floor === 0.5 && floor % 2 === 0;
  return (even ? floor / 10 ** places : value).toFixed(places);
}

// As in core/views/numbers.py: only all is 100 %, and only none is 0 %.
const percent = (share) =>
  `${share === 0 || share === 1 ? 100 * share : fixed(Math.min(Math.max(100 * share, 0.1), 99.9), 1)}\u00a0%`;
const minus = (number) => String(number).replace("-", "−");
