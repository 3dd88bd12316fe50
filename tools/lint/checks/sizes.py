"""Hard limits on size; ratchet.json lists exceptions, {path: {kind: size}}, that only shrink."""

import json

from cpp import functions
from tree import Problem

RATCHET = "tools/lint/ratchet.json"
HEADER, SOURCE, TEST = 250, 600, 900
LIMITS = {"function": 70, "column": 100, "parameters": 6}


def check(tree):
    allowed = ratchet(tree)
    found = {}
    for path in tree.code:
        for kind, size, line, what in _oversize(path, tree.text(path)):
            worst = found.setdefault(path, {})
            worst[kind] = max(size, worst.get(kind, 0))
            if size > allowed.get(path, {}).get(kind, 0):
                yield Problem(path, line, what)
    for path, kinds in allowed.items():
        for kind, size in kinds.items():
            if found.get(path, {}).get(kind, 0) < size:
                yield Problem(RATCHET, 1, f"{path} no longer needs {kind} {size}: "
                                          "lower the ratchet (lint.py --update-ratchet)")


def ratchet(tree):
    return json.loads(tree.text(RATCHET) or "{}")


def lowered(tree):
    """The ratchet with every entry at today's size, and none that is not needed; nothing rises."""
    out = {}
    for path, kinds in ratchet(tree).items():
        for kind, size, _, _ in _oversize(path, tree.text(path)):
            if kind in kinds:
                entry = out.setdefault(path, {})
                entry[kind] = min(kinds[kind], max(size, entry.get(kind, 0)))
    return out


def _oversize(path, text):
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    limit = TEST if path.startswith("tests/") else HEADER if path.endswith(".h") else SOURCE
    if len(lines) > limit:
        yield ("lines", len(lines), limit + 1,
               f"{len(lines)} lines, at most {limit}: split the file by idea")
    for number, line in enumerate(lines, 1):
        cannot_wrap = "://" in line or line.startswith("#include")
        if len(line) > LIMITS["column"] and not cannot_wrap:
            yield ("column", len(line), number,
                   f"{len(line)} columns, at most {LIMITS['column']}: wrap")
    for f in functions(text):
        if f.lines > LIMITS["function"]:
            yield ("function", f.lines, f.line,
                   f"{f.name} has {f.lines} lines, at most {LIMITS['function']}: name its parts")
        if f.parameters > LIMITS["parameters"]:
            yield ("parameters", f.parameters, f.line,
                   f"{f.name} takes {f.parameters} parameters, at most "
                   f"{LIMITS['parameters']}: make a struct")
