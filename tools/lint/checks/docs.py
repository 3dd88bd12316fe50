"""Every path that a document names in backticks or links exists."""

import os
import re
from fnmatch import fnmatch

from tree import FOLDERS, Problem

_FENCE = re.compile(r"^ *(```|~~~).*?^ *\1", re.M | re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
# From here on a path is a pattern for the reader, not a name.
_PLACEHOLDER = re.compile(r"[<…$]|\{")


def check(tree):
    for path in tree.paths:
        if path.endswith(".md"):
            text = _FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), tree.text(path))
            for number, line in enumerate(text.split("\n"), 1):
                for named in _named(path, line):
                    if not _exists(tree, named):
                        yield Problem(path, number, f"'{named}' does not exist: correct it")


def _named(document, line):
    for span in _SPAN.findall(line):
        for word in span.split():
            if word.split("/")[0] in FOLDERS and "/" in word:
                yield from _expand(re.sub(r":\d+$", "", word).rstrip(".,;:)"))
    for target in _LINK.findall(_SPAN.sub("", line)):
        target = target.split("#")[0]
        if target and ":" not in target:
            yield os.path.normpath(os.path.join(os.path.dirname(document), target))


def _expand(path):
    """a/{b,c}.h -> a/b.h a/c.h; what follows a placeholder is dropped."""
    braces = _BRACES.search(path)
    if braces:
        for choice in braces[1].split(","):
            yield from _expand(path[:braces.start()] + choice + path[braces.end():])
        return
    placeholder = _PLACEHOLDER.search(path)
    yield path[:path.rindex("/", 0, placeholder.start())] if placeholder else path


def _exists(tree, path):
    if "*" in path:
        return any(fnmatch(p, path) for p in tree.paths)
    return tree.exists(path)
