"""Just enough C++ for the checks, by regular expressions: bare code, includes, functions."""

import re
from bisect import bisect
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r'''(?P<comment>//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)
      | (?P<string>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"
                 | "(?:[^"\\\n]|\\.)*"
                 | (?<![0-9A-Za-z_])(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')''', re.S | re.X)
_INCLUDE = re.compile(
    r'^[ \t]*(?P<hash>#)[ \t]*include[ \t]*(?P<open>[<"])(?P<path>[^>"]+)[>"]', re.M)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


@lru_cache(maxsize=None)
def strip(text, keep="code"):
    """The text with all but its code (or its comments) blank: lines and columns stay."""
    def replace(match):
        wanted = keep == "comments" and match["comment"]
        return match[0] if wanted else _blank(match[0])
    if keep == "code":
        return _TOKEN.sub(replace, text)
    out, end = [], 0
    for match in _TOKEN.finditer(text):
        out += [_blank(text[end:match.start()]), replace(match)]
        end = match.end()
    return "".join(out) + _blank(text[end:])


def includes(text):
    """(line, path, quoted) of every #include outside comments."""
    code = strip(text)
    for match in _INCLUDE.finditer(text):
        if code[match.start("hash")] == "#":
            yield line_of(text, match.start("hash")), match["path"], match["open"] == '"'


def line_of(text, offset):
    return bisect(_line_starts(text), offset)


@lru_cache(maxsize=8)
def _line_starts(text):
    return [0] + [m.end() for m in re.finditer(r"\n", text)]


class Function(NamedTuple):
    name: str
    line: int
    lines: int  # 0 for a declaration
    parameters: int


_LABEL = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")
_SCOPE = re.compile(r"(?:(?:inline|static|constexpr|typedef|export)\s+)*"
                    r"(?:namespace|class|struct|union|enum)\b|extern\s*$")
_NOT_A_NAME = {"noexcept", "requires", "decltype", "alignas", "__attribute__", "explicit", "return"}
# What may stand between the parameter list and the body.
_TAIL = re.compile(r"\s*(?:const|volatile|noexcept|override|final|mutable|try|&&?|->|requires|:|=)"
                   r"|\s*$|\s*[A-Z_]+\s*(?:\(|$)")
_INITIALIZER = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:).*[\w>]\s*$", re.S)
_NAMED_PAREN = re.compile(r"((?:\w+(?:<[^<>()]*>)?::)*"
                          r"(?:operator\s*(?:\(\s*\)|[^\w\s(]+)|~?\w+))\s*\(")


def functions(text):
    """Every function defined, or declared, at namespace or class scope."""
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: _blank(m[0]), strip(text), flags=re.M)
    partner = brackets(code)
    start = at = 0
    while at < len(code):
        c = code[at]
        if c == "(":
            at = partner.get(at, at)
        elif c == ";":
            yield from _function(code, start, at, None)
            start = at + 1
        elif c == "}":
            start = at + 1
        elif c == "{":
            end = partner.get(at, len(code) - 1)
            head = _bare(code[start:at])
            if _SCOPE.match(head) and not head.endswith(")"):
                start = at + 1
            elif _INITIALIZER.search(head) or not _call(head):
                at = end  # a member's initializer, or data: the head goes on to the body or the ';'
            else:
                yield from _function(code, start, at, end)
                start, at = end + 1, end
        at += 1


def brackets(code):
    """Each opening bracket's offset to its closing one's."""
    partner, opened = {}, []
    for match in re.finditer(r"[(){}]", code):
        if match[0] in "({":
            opened.append(match.start())
        elif opened:
            partner[opened.pop()] = match.start()
    return partner


def _bare(head):
    """A head without access labels, attributes and template parameters."""
    head = head.strip()
    while True:
        label = _LABEL.match(head)
        if label:
            head = head[label.end():].lstrip()
        elif head.startswith("[["):
            head = head[head.find("]]") + 2:].lstrip()
        elif re.match(r"template\s*<", head):
            head = head[_angle_end(head, head.index("<")):].lstrip()
        else:
            return head


def _angle_end(text, at):
    depth = 0
    for match in re.finditer(r"->|[<>]", text[at:]):
        depth += {"<": 1, ">": -1}.get(match[0], 0)
        if depth == 0:
            return at + match.end()
    return len(text)


def _call(head):
    """(name, parameter list, offset of the name) when the head reads `name(…) tail`, else None."""
    partner = brackets(head)
    for match in _NAMED_PAREN.finditer(head):
        close = partner.get(match.end() - 1)
        before = head[:match.start()]
        nested = before.count("(") != before.count(")")
        if close and not nested and match[1] not in _NOT_A_NAME and _TAIL.match(head, close + 1):
            return match[1], head[match.end():close], match.start()
    return None


def _function(code, start, stop, end):
    head = _bare(code[start:stop])
    if re.match(r"using\b|typedef\b|friend\b|static_assert\b", head):
        return
    call = _call(head)
    if not call or re.search(r"(?<![=!<>])=(?!=)", head[:call[2]]):
        return  # no call, or a variable that one initializes
    name, parameters, _ = call
    first = line_of(code, start + len(code[start:stop].rstrip()) - len(head))
    lines = 0 if end is None else line_of(code, end) - first + 1
    macro = re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", name)
    yield Function(name, first, lines, 0 if macro else _count(parameters))


def _count(parameters):
    parameters = parameters.strip()
    if parameters in ("", "void"):
        return 0
    depth = commas = 0
    for c in parameters.replace("->", "  "):
        depth += (c in "(<[{") - (c in ")>]}")
        commas += c == "," and depth == 0
    return commas + 1
