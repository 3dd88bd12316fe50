"""Every source is named in a CMakeLists.txt at or above it; every header is included."""

import re
from pathlib import PurePosixPath

from cpp import includes
from tree import Problem

_WORD = re.compile(r"[\w./+-]+")


def check(tree):
    included = {what for path in tree.code for _, what, _ in includes(tree.text(path))}
    words = {}
    for path in tree.code:
        if path.endswith(".h"):
            if path not in included:
                yield Problem(path, 1, "nothing includes this header: use it or remove it")
        elif not _built(tree, PurePosixPath(path), words):
            yield Problem(path, 1, "no CMakeLists.txt names this source: add it or remove it")


def _built(tree, path, words):
    for folder in path.parents:
        lists = str(folder / "CMakeLists.txt")
        if lists not in words:
            words[lists] = set(_WORD.findall(re.sub(r"#[^\n]*", "", tree.text(lists))))
        relative = path.relative_to(folder)
        # With or without the suffix: a loop over names adds it.
        if words[lists] & {str(relative), str(relative.with_suffix(""))}:
            return True
    return False
