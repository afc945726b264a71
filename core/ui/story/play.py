"""What a clicker plays within a step before it goes on to the next one, and back through it."""

from collections.abc import Callable

import streamlit as st

# The bar asks the step first; who still has something to show takes the press by preventing its default. While the
# server is on its way to what was asked for, further presses are taken, too, and do nothing.
_PLAY = """
export default ({ data, parentElement, setTriggerValue }) => {
  const player = (parentElement.host ?? parentElement);
  player.stop?.abort();
  player.stop = new AbortController();
  let waits = false;
  document.addEventListener("kagami-play", (event) => {
    const to = data.at + event.detail;
    if (to < 0 || to > data.last) return;
    event.preventDefault();
    if (waits) return;
    waits = true;
    setTriggerValue("to", to);
  }, { signal: player.stop.signal });
  return () => player.stop.abort();
};
"""


def played(at: int, last: int, show: Callable[[int], None], *, key: str) -> None:
    """Let a clicker play what a step has to show, where it is on the stage.

    at: what is shown now, of 0 … last. show: called with what to show next, before the step runs again.
    """
    if st.query_params.get("present") != "1":
        return

    def go() -> None:
        to = st.session_state[key].get("to")
        if isinstance(to, int) and 0 <= to <= last:
            show(to)

    st.components.v2.component("kagami_play", js=_PLAY, isolate_styles=False)(
        data={"at": at, "last": last}, key=key, on_to_change=go
    )
