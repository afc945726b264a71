// The map of a latent plane: digits as numerals, and under the pointer what the decoder makes of the place.
// All of it answers here, in the browser; Python hears only of the place that is chosen by a click, a tap or Enter.

const SIDE = 28;
const STEP = 0.02; // of the map's side: what an arrow key moves
const SETTLED = 350; // ms without a key until Python and the screen reader hear of the place

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".kg-plane");
  root.kagami ??= new PlaneMap(root);
  root.kagami.update(data, setTriggerValue);
}

class PlaneMap {
  constructor(root) {
    this.root = root;
    this.map = root.querySelector(".kg-plane-map");
    this.announcement = root.querySelector(".kg-plane-said");
    [this.decoded, this.nearest] = root.querySelectorAll(".kg-plane-side canvas");
    this.base = document.createElement("canvas"); // all that does not move with the pointer
    this.place = null; // where the pointer or the keys are: x, y in [0, 1] from the top left
    this.listen();
  }

  update(data, send) {
    const first = !this.data;
    const moved = first || String(data.pin) !== String(this.data.pin) || data.name !== this.data.name;
    this.data = data;
    this.send = send;
    this.points = new Float32Array(Uint8Array.from(atob(data.points), (c) => c.charCodeAt(0)).buffer);
    this.map.setAttribute("aria-label", data.text.map);
    this.map.setAttribute("aria-roledescription", data.text.role);
    this.load("digits", data.digits);
    this.load("atlas", data.atlas);
    this.loadDecoder(data.decoder);
    for (const mark of data.marks) mark.image = picture(mark.pixels);
    if (moved) this.place = this.fromPlane(data.pin);
    this.paint();
  }

  // Pictures come from addresses that the browser caches; each is read once.
  load(what, address) {
    const image = (this[what] ??= new Image());
    if (image.dataset.address === address) return;
    image.dataset.address = address;
    image.onload = () => this.paint();
    image.src = address;
  }

  // Until the decoder is there, or where there is none, the nearest tile of the decoded map stands for it.
  async loadDecoder(address) {
    if (address === this.decoder) return;
    this.decoder = address;
    this.network = null;
    if (!address) return;
    const network = await networkAt(address);
    if (address !== this.decoder) return;
    this.network = network;
    this.overlay();
  }

  listen() {
    const at = (event) => {
      const box = this.map.getBoundingClientRect();
      return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
    };
    this.map.addEventListener("pointermove", (event) => this.go(at(event)));
    this.map.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") this.map.setPointerCapture(event.pointerId);
      this.go(at(event));
    });
    this.map.addEventListener("pointerup", (event) => {
      this.go(at(event));
      this.choose();
    });
    this.map.addEventListener("pointerleave", () => this.go(this.fromPlane(this.data.pin)));
    this.map.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (by) {
        const step = event.shiftKey ? 5 * STEP : STEP;
        this.go(this.place.map((value, axis) => clamp(value + step * by[axis])));
        this.settle();
      } else if (event.key === "Enter" || event.key === " ") this.choose();
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => this.paint()).observe(this.map);
    // The page's theme follows the system's; its colours are read anew once they have changed.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(() => this.paint(), 300));
  }

  go(place) {
    this.place = place;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.overlay();
    });
  }

  choose() {
    const [x, y] = this.toPlane(this.place);
    this.announce();
    this.send("point", [x, y]);
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.choose(), SETTLED);
  }

  announce() {
    const [x, y] = this.toPlane(this.place);
    this.announcement.textContent = fill(this.data.text.announcement, { x: number(x), y: number(y), digit: this.data.labels[this.closest()] });
  }

  toPlane([x, y]) {
    const { low, high } = this.data;
    return [low[0] + x * (high[0] - low[0]), high[1] - y * (high[1] - low[1])];
  }

  fromPlane([x, y]) {
    const { low, high } = this.data;
    return [clamp((x - low[0]) / (high[0] - low[0])), clamp((high[1] - y) / (high[1] - low[1]))];
  }

  // The shown digit that lies nearest on the map.
  closest() {
    const [x, y] = this.place;
    let best = 0, least = Infinity;
    for (let i = 0; i < this.points.length; i += 2) {
      const distance = (this.points[i] - x) ** 2 + (this.points[i + 1] - y) ** 2;
      if (distance < least) (least = distance), (best = i / 2);
    }
    return best;
  }

  paint() {
    const width = this.map.clientWidth;
    if (!width) return;
    const size = Math.round(width * devicePixelRatio);
    for (const canvas of [this.map, this.base]) canvas.width = canvas.height = size;
    const styles = getComputedStyle(this.root);
    this.colours = { text: styles.color, quiet: styles.borderTopColor, ground: styles.backgroundColor };
    const paper = this.base.getContext("2d");
    const scale = size / width;
    if (this.data.view === "grid" && ready(this.atlas)) paper.drawImage(this.atlas, 0, 0, size, size);
    else {
      const { labels, highlight } = this.data;
      paper.textAlign = "center";
      paper.textBaseline = "middle";
      for (const bold of [false, true]) {
        paper.font = `${bold ? 700 : 400} ${(width < 450 ? 8.5 : 10.5) * scale}px system-ui, sans-serif`;
        paper.fillStyle = bold || highlight === null ? this.colours.text : this.colours.quiet;
        paper.globalAlpha = bold ? 1 : highlight === null ? 0.72 : 0.4;
        for (let i = 0; i < labels.length; i++)
          if ((labels[i] === highlight) === bold)
            paper.fillText(labels[i], this.points[2 * i] * size, this.points[2 * i + 1] * size);
      }
    }
    this.overlay();
  }

  overlay() {
    if (!this.colours || !this.place) return;
    const paper = this.map.getContext("2d");
    const size = this.map.width;
    const scale = size / this.map.clientWidth;
    const { text, ground } = this.colours;
    const onMap = (point) => this.fromPlane(point).map((value) => value * size);
    const stroke = (draw, width = 2) => {
      // A light line in a dark one is seen on numerals and on decoded tiles alike.
      for (const [colour, extra] of [[ground, 3], [text, 0]]) {
        paper.strokeStyle = colour;
        paper.lineWidth = (width + extra) * scale;
        paper.beginPath();
        draw();
        paper.stroke();
      }
    };
    paper.clearRect(0, 0, size, size);
    paper.drawImage(this.base, 0, 0);

    if (this.data.path.length) {
      const ends = this.data.path.map(onMap);
      stroke(() => ends.forEach(([x, y], i) => (i ? paper.lineTo(x, y) : paper.moveTo(x, y))));
    }
    for (const mark of this.data.marks) {
      const [x, y] = onMap(mark.at);
      const half = (mark.pixels ? 15 : 5) * scale;
      const [left, top] = [x, y].map((value) => Math.min(Math.max(value - half, 2 * scale), size - 2 * half - 2 * scale));
      paper.fillStyle = text;
      if (mark.image) paper.drawImage(mark.image, left, top, 2 * half, 2 * half);
      else paper.fillRect(left, top, 2 * half, 2 * half);
      stroke(() => paper.rect(left, top, 2 * half, 2 * half), 1.5);
    }

    const index = this.closest();
    const [x, y] = this.place.map((value) => value * size);
    const near = [this.points[2 * index] * size, this.points[2 * index + 1] * size];
    stroke(() => {
      paper.moveTo(x, y);
      paper.lineTo(...near);
    }, 1);
    stroke(() => paper.arc(x, y, 8 * scale, 0, 2 * Math.PI));
    this.show(index);
  }

  show(index) {
    const { labels, text, tiles, columns } = this.data;
    const point = this.toPlane(this.place);
    const [x, y] = point.map(number);
    const crop = (canvas, image, column, row) => {
      if (ready(image))
        canvas.getContext("2d").drawImage(image, column * SIDE, row * SIDE, SIDE, SIDE, 0, 0, SIDE, SIDE);
    };
    const cell = this.place.map((value) => Math.min(Math.floor(value * tiles), tiles - 1));
    if (this.network) {
      this.network.run(point);
      draw(this.decoded, this.network.reconstruction);
    } else crop(this.decoded, this.atlas, ...cell);
    crop(this.nearest, this.digits, index % columns, Math.floor(index / columns));
    this.decoded.dataset.by = this.network ? "decoder" : "tile";
    caption(this.decoded, fill(text.decoded, { x, y }));
    caption(this.nearest, fill(text.nearest, { digit: labels[index] }));
  }
}

const clamp = (value) => Math.min(Math.max(value, 0), 1);
const ready = (image) => image?.complete && image.naturalWidth > 0;
// Rounded first, so that a small negative number is 0.00 and not −0.00.
const number = (value) => (Math.round(value * 100) / 100).toFixed(2).replace("-", "−");
const fill = (template, values) => template.replace(/{(\w+)}/g, (_, name) => values[name]);

function caption(canvas, text) {
  canvas.setAttribute("aria-label", text);
  canvas.nextElementSibling.textContent = text;
}

// 28×28 grey values in base64 as something that can be drawn.
function picture(pixels) {
  if (!pixels) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  draw(canvas, Array.from(atob(pixels), (c) => c.charCodeAt(0) / 255));
  return canvas;
}

// 28×28 values in [0, 1], as white ink on black.
function draw(canvas, values) {
  const paper = canvas.getContext("2d");
  const image = paper.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    image.data.fill(Math.round(255 * values[i]), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  paper.putImageData(image, 0, 0);
}
