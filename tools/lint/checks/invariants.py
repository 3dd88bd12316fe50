"""Every invariant that a comment cites (I4) begins a line or a cell of docs/architecture.md."""

import re

from cpp import line_of, strip
from tree import Problem

DEFINITIONS = "docs/architecture.md"
_CITED = re.compile(r"\bI[1-9]\d?\b")
_DEFINED = re.compile(r"(?:^|\|)[\s#*`|-]*(I[1-9]\d?)\b", re.M)


def check(tree):
    if not tree.exists(DEFINITIONS):
        return
    defined = set(_DEFINED.findall(tree.text(DEFINITIONS)))
    for path in tree.code:
        comments = strip(tree.text(path), "comments")
        for match in _CITED.finditer(comments):
            if match[0] not in defined:
                yield Problem(path, line_of(comments, match.start()),
                              f"{match[0]} is not defined in {DEFINITIONS}: cite one that is")
