"""Words that stand nowhere in the code, each with what to write instead."""

import re

from cpp import line_of, strip
from tree import Problem

ANY = re.compile("")
HEADER = re.compile(r".*\.h$")
TEST = re.compile("tests/")
# where, in what part of the text, what, what to do
RULES = (
    (ANY, "code", r"(?<![\w.])assert\s*\(", "write DAYBOOK_CHECK, which is on in every build"),
    (ANY, "code", r"\busing\s+namespace\s+(?![\w:]*literals\b)", "name what is used"),
    (HEADER, "code", r"#\s*include\s*<iostream>", "include it in the .cc (<iosfwd> here)"),
    (TEST, "code", r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(",
     "move a FakeClock or wait on a watermark"),
    (ANY, "comments", r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))", "name the issue, (#n), or do it"),
    (ANY, "comments", r"\bNOLINT(?:NEXTLINE|BEGIN|END)?\b(?!\([\w.,* -]+\))",
     "name the check in parentheses, and say why"),
)


def check(tree):
    for path in tree.code:
        text = tree.text(path)
        for where, part, what, remedy in RULES:
            if where.match(path):
                for match in re.finditer(what, strip(text, part)):
                    yield Problem(path, line_of(text, match.start()),
                                  f"'{match[0].strip()}': {remedy}")
