"""How fast a run goes, as it is chosen and as it is shown."""

import streamlit as st

from core.runs.plan import PACES
from core.runs.run import Run, control
from core.ui.shared.address import switch
from core.ui.shared.language import _


def about(seconds: float) -> str:
    """A length of time as precise as anyone can know it."""
    if seconds < 55:
        return _("about {n} s").format(n=5 * max(1, round(seconds / 5)))
    return _("about {n} min").format(n=max(1, round(seconds / 60)))


def choose_pace() -> str:
    """A switch of the paces for the next run; a name in PACES."""
    return switch(_("Pace"), _titles(), key="pace")


def change_pace(run: Run) -> None:
    """The same switch for a run under way, which follows at once."""
    key = f"pace_{run.id}"
    st.session_state.setdefault(key, run.control.pace)
    st.segmented_control(
        _("Pace"),
        list(PACES),
        key=key,
        format_func={**_titles(), "step": _("Pause")}.__getitem__,
        required=True,
        disabled=run.state == "saving",
        label_visibility="collapsed",
        on_change=lambda: control(run, pace=st.session_state[key]),
    )


def _titles() -> dict[str, str]:
    titles = {"full": _("Full speed"), "slow": _("Slow motion"), "step": _("Epoch by epoch")}
    return {pace: titles[pace] for pace in PACES}
