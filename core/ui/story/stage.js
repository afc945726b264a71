// The presenter's bar: keys and clicker, contents, black-out, elapsed time. Windows of one browser follow each other.

const CHANNEL = "kagami-story";
const STARTED = "kagami-started";

export default function ({ data, parentElement, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(`.kg-${name}`);
  const bar = find("bar");
  const dialog = find("contents");
  const black = find("black");
  bar.stop?.abort();
  bar.stop = new AbortController();
  const { signal } = bar.stop;
  const { titles, text, notes } = data;
  const last = titles.length - 1;

  // While the server is still on its way to an earlier step, the next key counts from where the speaker wants to be.
  if (bar.wanted === undefined || bar.wanted === data.at) bar.wanted = undefined;
  const at = () => bar.wanted ?? data.at;
  bar.dark ??= false;

  const first = !bar.channel;
  bar.channel ??= new BroadcastChannel(CHANNEL);
  bar.channel.onmessage = ({ data: { ask, answer, step, dark } }) => {
    if (ask) {
      if (!notes) bar.channel.postMessage({ answer: true, step: at(), dark: bar.dark });
      return;
    }
    // An answer is for who asked; where several stages answer, the first one counts.
    if (answer && !bar.asked) return;
    bar.asked = false;
    if (step !== undefined) go(step, { tell: false });
    if (dark !== undefined) darken(dark, { tell: false });
  };
  // Notes that are opened during the talk go where the stage is; a stage that is opened stays where it is.
  if (first && notes && !new URLSearchParams(location.search).has("step")) {
    bar.asked = true;
    bar.channel.postMessage({ ask: true });
  }

  function go(step, { tell = true } = {}) {
    dialog.close();
    darken(false, { tell });
    const to = Math.min(Math.max(step, 0), last);
    if (to === at()) return;
    bar.wanted = to;
    if (tell) bar.channel.postMessage({ step: to });
    setTriggerValue("go", to);
    show();
  }

  // The notes stay readable while the stage is dark; there the button tells that it is.
  function show() {
    find("bar-at").textContent = `${at() + 1} / ${titles.length}`;
    find("bar-back").disabled = at() === 0;
    find("bar-next").disabled = at() === last;
    find("bar-black").setAttribute("aria-pressed", bar.dark);
    black.hidden = notes || !bar.dark;
  }

  function darken(on, { tell = true } = {}) {
    if (on === bar.dark) return;
    bar.dark = on;
    if (tell) bar.channel.postMessage({ dark: on });
    show();
  }

  // A clicker first plays what the step has to show, there and back; in the notes it turns steps alone.
  function play(by) {
    const asked = new CustomEvent("kagami-play", { detail: by, cancelable: true });
    if (notes || dialog.open || bar.wanted !== undefined || document.dispatchEvent(asked)) return go(at() + by);
    darken(false);
  }

  const buttons = {
    back: () => go(at() - 1),
    next: () => go(at() + 1),
    contents: () => (dialog.open ? dialog.close() : dialog.showModal()),
    black: () => darken(!bar.dark),
    time: () => {
      sessionStorage.setItem(STARTED, Date.now());
      tick();
    },
  };
  for (const [name, act] of Object.entries(buttons)) {
    const button = find(`bar-${name}`);
    button.title = text[name];
    button.setAttribute("aria-label", text[name]);
    button.addEventListener("click", act, { signal });
  }
  const leave = find("bar-leave");
  leave.href = data.leave;
  leave.title = text.leave;
  leave.setAttribute("aria-label", text.leave);
  bar.setAttribute("aria-label", text.bar);
  dialog.setAttribute("aria-label", text.contents);

  dialog.querySelector("ol").replaceChildren(
    ...titles.map((title, step) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title;
      if (step === data.at) button.setAttribute("aria-current", "step");
      button.addEventListener("click", () => go(step));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );

  // Clickers send Page Up and Page Down, and "b" or "." for a dark screen.
  const keys = {
    PageDown: () => play(1),
    PageUp: () => play(-1),
    ArrowRight: buttons.next,
    ArrowLeft: buttons.back,
    Home: () => go(0),
    End: () => go(last),
    b: buttons.black,
    ".": buttons.black,
    c: buttons.contents,
    f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  };
  const TYPED = "input:not([type=range], [type=radio]), textarea, select, [contenteditable], [role=listbox]";
  const MOVED = `${TYPED}, input, [role=slider], [role=radio], [role=application]`;
  document.addEventListener(
    "keydown",
    (event) => {
      // With Caps Lock a letter comes as a capital.
      const letter = event.key.length === 1;
      const act = keys[letter ? event.key.toLowerCase() : event.key];
      const paging = event.key.startsWith("Page");
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      if (dialog.open && !paging && act !== buttons.contents) return;
      // Where a slider, a choice or a map has the focus, arrows, Home and End are its own; letters are where one types.
      if (!paging && event.target.closest?.(letter ? TYPED : MOVED)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    },
    { capture: true, signal },
  );
  black.addEventListener("click", () => darken(false), { signal });

  if (!sessionStorage.getItem(STARTED)) sessionStorage.setItem(STARTED, Date.now());
  function tick() {
    const seconds = Math.floor((Date.now() - Number(sessionStorage.getItem(STARTED))) / 1000);
    const told = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    find("bar-time").textContent = told;
  }
  const clock = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(clock));
  tick();
  show();
  return () => bar.stop.abort();
}
