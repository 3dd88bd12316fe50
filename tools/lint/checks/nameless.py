"""What is private to a source has a name of its own in its target.

A build compiles sources of a target in batches, where their nameless namespaces are one. Which
sources meet changes with every one that is added, so no two may clash, wherever they stand, nor
with a type that a header of the folder shares.
"""

import re
from posixpath import dirname, normpath

from cpp import brackets, includes, line_of, strip
from tree import Problem

_TARGET = re.compile(r"\bdaybook_(?:library|program|test)\(\s*\S+\s(.*?)\)", re.S)
_SOURCES = re.compile(r"\bSOURCES\b(.*?)(?:\b(?:DEPS|PRIVATE|LABELS|TIMEOUT)\b|$)", re.S)
_NAMESPACE = re.compile(r"^(?:inline )?namespace(?: ([\w:]+))? \{", re.M)
# Definitions, which clang-format puts at the begin of a line.
_TYPE = re.compile(r"^(?:struct|class|union|enum(?: class)?) (\w+)(?=[^;\n]*\{)", re.M)
_ALIAS = re.compile(r"^using (\w+) = ([^;]*);", re.M)
_CONSTANT = re.compile(r"^(?:static )?const(?:expr)? [^={}();]*?\b(\w+)(?:\[\w*\])? ?[={;]", re.M)
_FUNCTION = re.compile(r"^(?:(?:inline|static|constexpr) )*[\w:][\w:<>,*&\s]*?[\s*&](\w+)"
                       r"\(([^{};]*)\)(?: noexcept)? \{", re.M)


def check(tree):
    for folder, sources in _targets(tree):
        known = {}
        used = {what for p in sources for _, what, _ in includes(tree.text(p))}
        for path in sorted(p for p in used if dirname(p) == folder):
            for scope, name in _shared_types(tree.text(path)):
                known.setdefault((scope, name), []).append((path, ("type", "")))
        for path in sources:
            for line, name in _open_aliases(tree.text(path)):
                yield Problem(path, line, f"the alias {name} belongs into the nameless namespace")
            for scope, line, name, what in sorted(_private(tree.text(path))):
                others = known.setdefault((scope, name), [])
                clash = next((p for p, w in others if p != path and _clash(w, what)), None)
                if clash:
                    yield Problem(path, line, f"{clash} has its own {name}: share one, or name "
                                              "each for what it is")
                others.append((path, what))


def _targets(tree):
    for cmake in (p for p in tree.paths if p.endswith("CMakeLists.txt")):
        for target in _TARGET.finditer(re.sub(r"#[^\n]*", "", tree.text(cmake))):
            sources = _SOURCES.search(target[1])
            words = sources[1].split() if sources else []
            folder = dirname(cmake)
            yield folder, [normpath(f"{folder}/{w}") for w in words if w.endswith(".cc")]


def _shared_types(text):
    """(namespace, name) of each type that is defined right in a namespace."""
    code = strip(text)
    for space in _NAMESPACE.finditer(code):
        if space[1]:
            inside = code[space.end():brackets(code).get(space.end() - 1, len(code))]
            yield from ((space[1], m[1]) for m in _TYPE.finditer(inside))


def _open_aliases(text):
    """(line, name) of each alias that the whole batch would see."""
    code = strip(text)
    private = [(m.end(), brackets(code).get(m.end() - 1, len(code)))
               for m in _NAMESPACE.finditer(code) if not m[1]]
    for m in _ALIAS.finditer(code):
        if not any(begin <= m.start() < end for begin, end in private):
            yield line_of(text, m.start()), m[1]


def _private(text):
    """(enclosing namespaces, line, name, (kind, what must differ or not)) of each definition."""
    code = strip(text)
    partner = brackets(code)
    spaces = [(m.end(), partner.get(m.end() - 1, len(code)), m[1])
              for m in _NAMESPACE.finditer(code)]
    for begin, end, name in spaces:
        if name:
            continue
        scope = "::".join(n for b, e, n in spaces if n and b < begin < e)
        for kind, pattern in (("type", _TYPE), ("constant", _CONSTANT),
                              ("alias", _ALIAS), ("function", _FUNCTION)):
            for m in pattern.finditer(code[begin:end]):
                what = (m[2] if kind == "alias" else
                        _types(m[2]) if kind == "function" else "")
                yield scope, line_of(text, begin + m.start()), m[1], (kind, what)


def _types(parameters):
    """A parameter list without the names."""
    depth, words = 0, [""]
    for c in parameters:
        depth += (c in "<([{") - (c in ">)]}")
        if c == "," and depth == 0:
            words.append("")
        else:
            words[-1] += " " if c.isspace() else c
    return ", ".join(re.sub(r"(?<=[ &*>])\w+$", "", " ".join(w.split("=")[0].split())).strip()
                     for w in words)


def _clash(one, other):
    if one[0] == other[0] == "alias":
        return one != other  # the same twice is allowed
    if one[0] == other[0] == "function":
        return one == other  # else they are overloads
    return True
