"""Files for the browser that are made here: packed networks, atlases of images."""

import streamlit as st
from streamlit.runtime import Runtime


def media_address(content: bytes, kind: str, owner: str) -> str:
    """Where the browser finds `content`; the same content always has the same address, which its cache may keep.

    kind: its media type. owner: names who asks, once for each thing shown at a time.
    """
    prefix = str(st.get_option("server.baseUrlPath")).strip("/")
    address = Runtime.instance().media_file_mgr.add(content, kind, owner)
    return f"/{prefix}{address}" if prefix else address
