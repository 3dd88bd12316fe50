"""The mutations of a source: each a small change of one place that a test should notice."""

import re
from typing import NamedTuple

from source import blank, closing, line_of, lines_around, mutable, squashed


class Mutation(NamedTuple):
    path: str
    kind: str
    start: int
    end: int
    to: str      # stands instead of text[start:end]
    line: int
    before: str  # the lines it changes, without their indentation
    after: str

    def applied(self, text):
        return text[:self.start] + self.to + text[self.end:]

    def __str__(self):
        return f"{self.path}:{self.line}: {self.before}  ->  {self.after}"


_SWAPS = {
    "comparison": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "boolean": {"&&": "||", "||": "&&"},
    "arithmetic": {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "+=": "-=", "-=": "+=",
                   "<<": ">>", ">>": "<<", "&": "|", "|": "&"},
}
_KIND = {op: (kind, to) for kind, ops in _SWAPS.items() for op, to in ops.items()}
# The format of the sources sets binary operators, and nothing else, between blanks.
_OPERATOR = re.compile(r"(?<= )(?:%s)(?=[ \n])"
                       % "|".join(map(re.escape, sorted(_KIND, key=len, reverse=True))))
_NUMBER = re.compile(r"(?<![\w.'])(0x[\da-fA-F']+|0|[1-9][\d']*)(?=[uUlL]*(?![\w.']))")
_TRUTH = re.compile(r"\b(true|false)\b")
_NOT = re.compile(r"(?<![\w)\]])!(?=[\w(*:])")
_MIN_MAX = re.compile(r"(?<=\bstd::)(min|max)(?=\s*[<(])")
_IF = re.compile(r"\bif\s*\(")
# A statement that declares nothing, at the beginning of a line.
_STATEMENT = re.compile(
    r"(?<=[{};])\s*\n[ ]*(?P<statement>(?:return|continue|break);"
    r"|(?:\+\+|--)[^;{}\n]+;"
    r"|\*?(?!(?:%s)\b)[A-Za-z_][\w:]*\s*"
    r"(?:\(|\.|->|\[|\+\+|--|(?:[-+*/|&^%%]|<<|>>)?=(?!=)))"
    % "return|throw|using|delete|goto|if|else|for|while|switch|do|case|default")
_DECLARES = re.compile(r"DAYBOOK_ASSIGN\(\s*[\w:<>]+[&*]?\s+[&*]?\w")
STATEMENT_LINES_MAX = 4


def of(path, text):
    """Every mutation of a source, in the order of its places."""
    code = mutable(text)
    found = []

    def add(kind, start, end, to):
        first, last = lines_around(text, start, end)
        found.append(Mutation(path, kind, start, end, to, line_of(text, start),
                              squashed(text[first:last]),
                              squashed(text[first:start] + to + text[end:last])))
    for finder in (_operators, _numbers, _words, _conditions, _statements):
        finder(text, code, add)
    return sorted(found, key=lambda m: (m.start, m.kind))


def _operators(text, code, add):
    for match in _OPERATOR.finditer(code):
        beside = text[:match.start()].rstrip()[-1:] + text[match.end():].lstrip()[:1]
        joins_texts = match[0].startswith("+") and ('"' in beside or "'" in beside)
        if not joins_texts:
            kind, to = _KIND[match[0]]
            add(kind, match.start(), match.end(), to)


def _numbers(text, code, add):
    for match in _NUMBER.finditer(code):
        digits = match[1].replace("'", "")
        to = hex(int(digits, 16) + 1) if digits.startswith("0x") else str(int(digits) + 1)
        add("constant", match.start(1), match.end(1), to)


def _words(text, code, add):
    for match in _TRUTH.finditer(code):
        add("truth", *match.span(), "false" if match[0] == "true" else "true")
    for match in _NOT.finditer(code):
        add("negation", *match.span(), "")
    for match in _MIN_MAX.finditer(code):
        add("extreme", *match.span(), "max" if match[0] == "min" else "min")


def _conditions(text, code, add):
    for match in _IF.finditer(code):
        end = closing(code, match.end() - 1)
        inner = code[match.end():end]
        start = match.end() + inner.rfind(";") + 1
        condition = text[start:end]
        # One comparison or negation is a place of its own.
        alone = not re.search(r"&&|\|\|", condition) and re.search(r"[!=]=|^\s*!", condition)
        if not alone and not re.search(r"[^=!<>]=[^=]|\{", code[start:end]):
            space = " " if start > match.end() else ""
            add("condition", start, end, f"{space}!({condition.strip()})")


def _statements(text, code, add):
    for match in _STATEMENT.finditer(code):
        start = match.start("statement")
        end = start
        while end < len(code) and code[end] != ";":
            end = closing(code, end) + 1 if code[end] in "([{" else end + 1
        statement = code[start:end]
        if statement.count("\n") < STATEMENT_LINES_MAX and not _DECLARES.match(statement):
            add("statement", start, end, blank(text[start:end]).strip(" "))
