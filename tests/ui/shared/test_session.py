"""What is remembered of a visitor has one owner: no key of the session is named in two modules."""

import ast
from collections import defaultdict
from pathlib import Path

from core.ui.shared.session import session_key

ROOT = Path(__file__).parent.parent.parent.parent
# Both read and write keys that they are given, for whoever shows the widget.
GENERAL = {"core/ui/shared/session.py", "core/ui/shared/address.py"}


def is_session(node):
    return ast.unparse(node) in ("st.session_state", "state")


def keys(path):
    """Constant keys that a module reads, writes or asks for in the session."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and is_session(node.value):
            yield ast.unparse(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_session(node.func.value):
            yield ast.unparse(node.args[0])
        elif isinstance(node, ast.Compare) and is_session(node.comparators[-1]):
            yield ast.unparse(node.left)


def test_no_session_key_is_named_outside_its_owner():
    owners = defaultdict(set)
    for path in [*ROOT.glob("core/ui/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]:
        module = path.relative_to(ROOT).as_posix()
        for key in keys(path) if module not in GENERAL else ():
            owners[key].add(module.rpartition("/")[0] if key == "CANVAS" else module)
    assert len(owners) >= 8
    # `key` is the parameter of the function that shows the widget.
    assert {key: modules for key, modules in owners.items() if len(modules) > 1 and key != "key"} == {}


def test_two_kinds_never_share_a_key():
    class Kind:
        pass

    first = Kind

    def other():
        class Kind:
            pass

        return Kind

    assert session_key(first) != session_key(other())
