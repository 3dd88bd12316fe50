"""Every source is named in a CMake file at or above it; every header is included."""

import re
from pathlib import PurePosixPath

from cpp import includes
from tree import Problem

_WORD = re.compile(r"[\w./+-]+")
_NO_WORD = re.compile(r"#[^\n]*|\$\{CMAKE_CURRENT_(?:LIST|SOURCE)_DIR\}/")


def check(tree):
    included = {what for path in tree.code for _, what, _ in includes(tree.text(path))}
    named = _named(tree)
    for path in tree.code:
        if path.endswith(".h"):
            if path not in included:
                yield Problem(path, 1, "nothing includes this header: use it or remove it")
        elif not _built(PurePosixPath(path), named):
            yield Problem(path, 1, "no CMakeLists.txt names this source: add it or remove it")


def _named(tree):
    """Each folder's words in its CMakeLists.txt and in the .cmake files beside it."""
    named = {}
    for path in map(PurePosixPath, tree.paths):
        if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
            words = _WORD.findall(_NO_WORD.sub("", tree.text(str(path))))
            named.setdefault(path.parent, set()).update(words)
    return named


def _built(path, named):
    for folder in path.parents:
        relative = path.relative_to(folder)
        # With or without the suffix: a loop over names adds it.
        if named.get(folder, set()) & {str(relative), str(relative.with_suffix(""))}:
            return True
    return False
