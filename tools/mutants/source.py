"""Which part of a C++ source a mutation may touch: its function bodies, without what is masked here."""

import re
import sys
from functools import lru_cache
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "lint"))
from cpp import functions, line_of, strip  # noqa: E402

_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.M)
# Calls that no test can tell from none, or that hold for the program and not for its user: what
# checks the program itself, what is told to a person who reads along, and room made beforehand.
_CALLS = re.compile(r"\bstatic_assert\s*\(|\bDAYBOOK_CHECK\w*\s*\(|\bnoexcept\s*\("
                    r"|[\w.>-]*\blogger_?(?:\.|->)\w+\s*\("
                    r"|[\w.>-]+(?:\.|->)(?:reserve|shrink_to_fit)\s*\(")
_CONDITION = re.compile(r"\bif\s*\(")


def blank(text):
    return re.sub(r"[^\n]", " ", text)


@lru_cache(maxsize=None)
def mutable(text):
    """The text with all but what may be mutated blank: lines and columns stay."""
    code = _DIRECTIVE.sub(lambda m: blank(m[0]), strip(text))
    for match in reversed(list(_CALLS.finditer(code))):
        code = _without(code, match.start(), closing(code, match.end() - 1))
    for match in _CONDITION.finditer(code):
        end = closing(code, match.end() - 1)
        if re.search(r"\blogger_?\b", code[match.end():end]):
            code = _without(code, match.start(), end)
    return _bodies(text, code)


def _without(code, start, end):
    return code[:start] + blank(code[start:end + 1]) + code[end + 1:]


def _bodies(text, code):
    starts = [0] + [m.end() for m in re.finditer("\n", text)] + [len(text)]
    out, end = [], 0
    for function in functions(text):
        if function.lines:
            first, last = starts[function.line - 1], starts[function.line - 1 + function.lines]
            out += [blank(code[end:first]), code[first:last]]
            end = last
    return "".join(out) + blank(code[end:])


def closing(code, opened):
    """The offset of the bracket that closes the one at `opened`; the end when none does."""
    depth = 0
    for at in range(opened, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
    return len(code) - 1


def squashed(text):
    return " ".join(text.split())


def lines_around(text, start, end):
    """The whole lines that hold text[start:end], as (first offset, last offset)."""
    last = text.find("\n", max(start, end - 1))
    return text.rfind("\n", 0, start) + 1, len(text) if last < 0 else last


__all__ = ["blank", "closing", "line_of", "lines_around", "mutable", "squashed"]
