import pytest
from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from core.errors import KagamiError
from core.ui.shared.errors import errors_shown

@st.fragment
@errors_shown()
def part(name):
    st.button("again", key=name)
    raise KagamiError("unknown_noise", "kind must be …", name=name)

st.query_params["lang"] = "{lang}"
with errors_shown():
    st.write("before")
    raise KagamiError("bundle_missing", "no model", name="x")
part("fog")
"""


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "There is no noise called “fog”."), ("ja", "「fog」というノイズはありません。")]
)
def test_a_known_error_is_a_sentence_where_it_happened_and_the_page_goes_on(lang, sentence):
    page = AppTest.from_string(PAGE.replace("{lang}", lang)).run()
    assert page.markdown[0].value == "before"
    assert [error.value for error in page.error][1] == sentence
    page.button(key="fog").click().run()
    assert page.error[-1].value == sentence
    assert not page.exception


def test_any_other_exception_stays_one():
    page = AppTest.from_string(PAGE.replace('KagamiError("bundle_missing", "no model", name="x")', "ValueError")).run()
    assert page.exception
