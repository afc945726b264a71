"""Tell those who are read to what has changed."""

import streamlit as st

# A live region must stand there before its text changes: a page's own HTML is replaced as a whole, and is not read.
_JS = """
export default ({ data, parentElement }) => {
  let region = parentElement.querySelector("[role=status]");
  if (!region) {
    region = document.createElement("p");
    region.setAttribute("role", "status");
    region.setAttribute("aria-live", "polite");
    parentElement.append(region);
  }
  if (region.textContent !== data) region.textContent = data;
};
"""


def announce(text: str) -> None:
    """Say `text` politely as soon as it differs from what was said before; it is not seen."""
    region = st.components.v2.component("kagami_announce", js=_JS, isolate_styles=False)
    region(data=text, key="announce", height=1)
