"""Choose what is normal, watch a network learn it, and save the result."""

import streamlit as st

from core.errors import KagamiError
from core.runs.plan import Plan
from core.runs.run import list_runs
from core.ui.shared.errors import errors_shown
from core.ui.shared.language import _, sentence
from core.ui.train.learning import choose_moment, show_curves, show_histogram, tiles
from core.ui.train.models import change_own_model, import_model, models_table, put_back_deleted, show_notice
from core.ui.train.pace import choose_pace
from core.ui.train.plan import checked_plan, choose_normals, choose_recipe, choose_title, cost, start_button
from core.ui.train.watch import (
    POLL,
    choose_beside,
    choose_watched,
    saved_bundles,
    show_controls,
    show_others,
    show_status,
    watched,
)


def watch(polling: bool) -> None:
    """How a run goes, or how one went; polling: whether one is under way, so that this looks again every second."""
    runs = list_runs()
    if polling and not any(run.active for run in runs):
        st.rerun()  # the lists of the whole page have something new, and nothing is to be polled any more
    bundles = saved_bundles(runs)
    with st.container(key="watching", horizontal=True, vertical_alignment="bottom"):
        key, gone = choose_watched(runs, bundles)
        other = choose_beside(bundles, key)
    if gone:
        st.warning(_("The training that you watched is gone: its folder was removed."))
    try:
        shown = watched(key, runs)
        beside = None if other is None else watched(other, runs)
    except KagamiError as error:
        st.error(sentence(error))
        return
    if run := shown.run:
        # What is over needs one line: where it stands, and what can be done with it.
        with st.container(key="standing", horizontal=not run.active, vertical_alignment="center"):
            show_status(run)
            show_controls(run)
    show_others(runs, key)
    moment = choose_moment(shown)
    if moment:
        st.html(tiles(shown, moment, beside))
    left, right = st.columns(2)
    with left:
        show_curves(shown, beside, moment)
    with right:
        if moment:
            show_histogram(shown, moment)


st.title(_("Watch a network learn"))
left, right = st.columns([4, 9], gap="medium")
with left, st.container(key="plan"):
    normals = choose_normals()
    recipe, seed = choose_recipe()
    title = choose_title()
    pace = choose_pace()
    runs = list_runs()
    plan: Plan | None = None
    with errors_shown():
        plan = checked_plan(recipe, normals, title=title, seed=seed, runs=runs)
        st.caption(cost(plan.experiment, runs))
    start_button(plan, pace=pace)
with right, st.container(key="watch_panel"):
    under_way = any(run.active for run in list_runs())
    st.fragment(watch, run_every=POLL if under_way else None)(under_way)

st.subheader(_("Trained models"))
st.html(models_table())
left, right = st.columns([7, 5], gap="medium")
with left:
    change_own_model()
with right:
    import_model()
put_back_deleted()
show_notice()
