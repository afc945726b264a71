/* Shows what the mirror returns while the pen is still down. The server's HTML is the truth: it is covered for the time
   of a stroke and uncovered when the server has answered. Where anything is not as expected, nothing is shown here. */

import { SIDE, inkOfCanvas, prepare } from "./prepare.js";
import { SCORES, networkAt } from "../../shared/network.js";

const TILES = { image: ".st-key-model_input", reconstruction: ".st-key-reconstruction", error: ".st-key-error_map" };
const SETTLED = 120; // milliseconds without a change after the first one: then the server's answer is complete
const PATIENCE = 5000; // milliseconds after which a server that has nothing to change has answered

/** data: `address` of the packed network, `size` and `background` of the canvas, `heat` (256 colours). */
export default ({ data }) => {
  const mirror = new Mirror(data);
  // For benchmarks and tests: how many updates there were, how long they took, and what the last one said.
  window.kagamiLive = mirror.report;
  networkAt(data.address).then(
    (network) => mirror.start(network),
    (reason) => console.warn("Kagami: no live mirror, only the server's answers.", reason),
  );
  return () => mirror.stop();
};

class Mirror {
  constructor({ size, background, heat }) {
    Object.assign(this, { background, heat });
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = size;
    this.sheet = sheet.getContext("2d", { willReadFrequently: true, alpha: false });
    this.image = new Float32Array(SIDE * SIDE);
    this.error = new Float64Array(SIDE * SIDE);
    this.tiles = Object.fromEntries(Object.keys(TILES).map((name) => [name, new Tile()]));
    this.covered = new Map(); // elements that were changed here, and how to undo it
    this.report = { ready: false, frames: 0, times: new Float64Array(1000), last: null, sheet };
    this.gone = new AbortController();
  }

  start(network) {
    const { signal } = this.gone;
    if (signal.aborted) return;
    this.network = network;
    const listen = (name, handle) => addEventListener(name, handle, { capture: true, passive: true, signal });
    listen("pointerdown", (event) => this.penDown(event));
    listen("pointermove", (event) => event.pointerId === this.pen && (this.moved = true));
    listen("pointerup", (event) => this.penUp(event));
    listen("pointercancel", (event) => this.penUp(event));
    this.report.ready = true;
  }

  stop() {
    this.gone.abort();
    this.pen = undefined;
    this.uncover();
  }

  penDown(event) {
    const upper = event.composedPath().find((element) => element.classList?.contains("upper-canvas"));
    const lower = upper?.parentElement?.querySelector("canvas.lower-canvas");
    if (this.pen !== undefined || event.button > 0 || !lower || !upper.getRootNode().host?.closest(".st-key-canvas"))
      return;
    Object.assign(this, { pen: event.pointerId, canvases: [lower, upper], moved: true });
    this.stopWaiting();
    const follow = () => {
      if (this.pen === undefined) return;
      if (this.moved || this.wasUncovered()) this.update();
      requestAnimationFrame(follow);
    };
    requestAnimationFrame(follow);
  }

  penUp(event) {
    if (event.pointerId !== this.pen) return;
    this.update(); // before the canvas hears of it, and for a moment holds the stroke nowhere
    this.pen = undefined;
    this.waitForTheServer();
  }

  /** Whether an answer to an earlier stroke came while this one is drawn. */
  wasUncovered() {
    for (const element of this.covered.keys()) if (!element.isConnected) return true;
    return false;
  }

  /** One update; the first one that goes wrong is the last. */
  update() {
    try {
      this.answer();
    } catch (reason) {
      console.warn("Kagami: the live mirror stops, the server's answers remain.", reason);
      this.stop();
    }
  }

  /** Read the canvas, run the network, and show it. */
  answer() {
    const started = performance.now();
    this.moved = false;
    for (const element of this.covered.keys()) if (!element.isConnected) this.covered.delete(element);
    const [lower, upper] = this.canvases;
    const { width, height } = this.sheet.canvas;
    this.sheet.fillStyle = `rgb(${this.background})`;
    this.sheet.fillRect(0, 0, width, height);
    this.sheet.drawImage(lower, 0, 0, width, height);
    this.sheet.drawImage(upper, 0, 0, width, height);
    const ink = inkOfCanvas(this.sheet.getImageData(0, 0, width, height), this.background);
    const refusal = prepare(ink, this.image);
    if (!refusal) this.network.run(this.image);
    const score = this.show(refusal);
    const { report, image, network } = this;
    report.times[report.frames++ % report.times.length] = performance.now() - started;
    report.last = { refusal, image, latent: network.latent, reconstruction: network.reconstruction, score };
  }

  /** Cover the server's answer; returns the error. Places that are not there, or not as expected, are left alone. */
  show(refusal) {
    const bar = document.querySelector(".st-key-live .kg-live");
    const { reconstruction, latent } = this.network;
    const top = Number(bar?.dataset.errorTop) || 1;
    for (let i = 0; i < this.error.length; i++) this.error[i] = Math.abs(this.image[i] - reconstruction[i]) / top;
    for (const [name, selector] of Object.entries(TILES)) {
      const tile = this.tiles[name];
      tile.draw(refusal ? null : name === "reconstruction" ? reconstruction : this[name], name === "error" && this.heat);
      const place = document.querySelector(`${selector} img.kg-tile`);
      if (place) this.cover(place, covering, tile);
    }
    const units = document.querySelectorAll(".st-key-latent .kg-unit");
    if (units.length === latent.length) {
      units.forEach((unit, i) => {
        const { lo, hi } = unit.dataset;
        const share = refusal ? 0 : (latent[i] - lo) / (hi - lo);
        this.cover(unit, keeping, "style");
        unit.style.setProperty("--v", Math.min(Math.max(share, 0), 1).toFixed(3));
      });
    }
    const verdict = document.querySelector(".st-key-verdict .kg-judged");
    if (verdict) {
      this.cover(verdict, keeping, "class");
      verdict.classList.add("kg-past"); // it is of the strokes before this one
    }
    return this.showError(bar, refusal);
  }

  showError(bar, refusal) {
    const [value, mark] = [bar?.querySelector(".kg-live-value"), bar?.querySelector(".kg-live-mark")];
    const score = SCORES[bar?.dataset.score];
    if (!value || !mark || !score) return null;
    const error = refusal ? null : score(this.image, this.network.reconstruction);
    this.cover(bar, keeping, "class");
    this.cover(mark, keeping, "style");
    this.cover(value, keepingText);
    bar.classList.toggle("kg-off", error === null);
    value.textContent = error === null ? "–" : told(error, bar.dataset);
    mark.style.setProperty("--at", error === null ? 0 : placed(error, bar.dataset).toFixed(4));
    return error;
  }

  /** Before an element is changed for the first time: `keep` returns what undoes it. */
  cover(element, keep, what) {
    if (!this.covered.has(element)) this.covered.set(element, keep(element, what));
  }

  uncover() {
    this.stopWaiting();
    for (const undo of this.covered.values()) undo();
    this.covered.clear();
  }

  /** What the server has changed is its own again already; the rest it has left as it was, and so is uncovered. */
  waitForTheServer() {
    const row = document.querySelector(".st-key-row");
    this.timer = setTimeout(() => this.uncover(), PATIENCE);
    if (!row) return;
    this.observer = new MutationObserver(() => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.uncover(), SETTLED);
    });
    this.observer.observe(row, { childList: true, subtree: true });
  }

  stopWaiting() {
    clearTimeout(this.timer);
    this.observer?.disconnect();
  }
}

/** Remember an attribute; returns what brings it back. */
function keeping(element, name) {
  const value = element.getAttribute(name);
  return () => (value === null ? element.removeAttribute(name) : element.setAttribute(name, value));
}

function keepingText(element) {
  const text = element.textContent;
  return () => (element.textContent = text);
}

/** Put a tile in the place of an image; returns what takes it away again. */
function covering(image, tile) {
  const back = keeping(image, "style");
  image.style.display = "none";
  tile.canvas.setAttribute("aria-label", image.alt);
  image.after(tile.canvas);
  return () => {
    if (tile.canvas.previousSibling === image) tile.canvas.remove();
    back();
  };
}

/** An error as text, with so many decimals that it never looks like a threshold that it is not. */
function told(error, { threshold, decimals }) {
  for (let places = Number(decimals); ; places++) {
    const text = error.toFixed(places);
    if (text !== Number(threshold).toFixed(places) || places > 9) return text;
  }
}

/** Where an error stands on its bar, in [0, 1]; as core/views/meter.py places it. */
function placed(error, { scale, scaleLow, scaleHigh }) {
  const f = scale === "log" ? Math.log : Number;
  const at = (f(error) - f(scaleLow)) / (f(scaleHigh) - f(scaleLow));
  return Math.min(Math.max(at, 0), 1);
}

/** A picture of 28×28 that lies in the place of one of the server's. */
class Tile {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = SIDE;
    this.canvas.setAttribute("role", "img");
    this.context = this.canvas.getContext("2d");
    this.pixels = this.context.createImageData(SIDE, SIDE);
    this.pixels.data.fill(255);
  }

  /** Values in [0, 1], in grey or in 256 colours; null for nothing. */
  draw(values, colours) {
    this.canvas.className = values ? "kg-tile" : "kg-tile kg-blank";
    if (!values) return this.context.clearRect(0, 0, SIDE, SIDE);
    const { data } = this.pixels;
    for (let i = 0; i < values.length; i++) {
      const level = Math.round(255 * Math.min(Math.max(values[i], 0), 1));
      const colour = colours ? colours[level] : null;
      for (let c = 0; c < 3; c++) data[4 * i + c] = colour ? colour[c] : level;
    }
    this.context.putImageData(this.pixels, 0, 0);
  }
}
