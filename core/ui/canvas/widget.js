// What the drawing canvas lacks: a name for those who cannot see it, buttons that stay out of the way (ours know
// Japanese), and drawings that draw themselves.

const PIXELS_A_SECOND = 900, SHORTEST = 250, LONGEST = 1200; // milliseconds

export default ({ data }) => {
  let stop = () => {};
  let gone = false;
  // The canvas is a component of its own and may come later than this one.
  const wait = (frames) => {
    if (gone) return;
    const root = canvasRoot();
    if (root) {
      name(root, data.label);
      if (data.replay.length && window.kagamiReplayed !== data.number) stop = replay(root, data);
      window.kagamiReplayed = data.number;
    } else if (frames) requestAnimationFrame(() => wait(frames - 1));
  };
  wait(600);
  return () => { gone = true; stop(); };
};

function canvasRoot() {
  for (const element of document.querySelectorAll(".st-key-canvas *")) {
    if (element.shadowRoot?.querySelector(".upper-canvas")) return element.shadowRoot;
  }
}

function name(root, label) {
  const canvas = root.querySelector(".upper-canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  for (const other of root.querySelectorAll("canvas")) if (other !== canvas) other.setAttribute("aria-hidden", "true");
  const toolbar = root.querySelector(".dc-toolbar");
  if (toolbar) toolbar.style.visibility = "hidden"; // neither seen nor reached by Tab
}

// Hides the canvas, which already holds the drawing, and lays it bare along its strokes: nothing waits for this, and a
// pen stops it.
function replay(root, { replay: lines, size, pen }) {
  const box = root.querySelector(".dc-container");
  if (!box || matchMedia("(prefers-reduced-motion: reduce)").matches) return () => {};
  const sheet = document.createElement("canvas");
  sheet.className = "kg-replay";
  sheet.width = sheet.height = size;
  sheet.style.cssText = "position:absolute;inset:0;z-index:15;pointer-events:none";
  box.append(sheet);
  const brush = sheet.getContext("2d");
  Object.assign(brush, { lineWidth: pen + 2, lineCap: "round", lineJoin: "round" });
  const steps = lines.map((line) => line.map((p, i) => (i ? Math.hypot(p[0] - line[i - 1][0], p[1] - line[i - 1][1]) : 0)));
  const total = steps.flat().reduce((sum, step) => sum + step, 0);
  const lasts = Math.min(Math.max((total / PIXELS_A_SECOND) * 1000, SHORTEST), LONGEST);
  const stop = () => { cancelAnimationFrame(frame); sheet.remove(); root.removeEventListener("pointerdown", stop, true); };
  root.addEventListener("pointerdown", stop, true);
  let start, frame;
  const show = (now) => {
    start ??= now;
    let left = ((now - start) / lasts) * total;
    if (left >= total) return stop();
    brush.globalCompositeOperation = "source-over";
    brush.fillRect(0, 0, size, size);
    brush.globalCompositeOperation = "destination-out";
    for (let i = 0; i < lines.length && left > 0; i++) {
      brush.beginPath();
      brush.moveTo(...lines[i][0]);
      for (let j = 1; j < lines[i].length && left > 0; j++) {
        const [[x0, y0], [x1, y1]] = [lines[i][j - 1], lines[i][j]];
        const part = Math.min(left / (steps[i][j] || 1), 1);
        brush.lineTo(x0 + part * (x1 - x0), y0 + part * (y1 - y0));
        left -= steps[i][j];
      }
      brush.stroke();
    }
    frame = requestAnimationFrame(show);
  };
  frame = requestAnimationFrame(show);
  return stop;
}
