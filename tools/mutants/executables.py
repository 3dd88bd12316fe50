"""The quick test executables, and in which order they are likely to notice a mutant."""

import re
from pathlib import Path, PurePosixPath
from typing import NamedTuple

# Labels of what no mutant is run against: the same as `make test` leaves out.
SLOW = {"slow", "crash", "fuzz", "history"}
# The folders of tests/ that follow a mutant's own, the cheap and near ones first.
NEAR = ("contract", "scheduler", "projections", "dispatch", "replay", "scenarios", "golden")
# Whole servers.
FAR = ("api", "tools")
_TEST = re.compile(r"^daybook_test\(\s*([\w-]+)(.*?)\)", re.M | re.S)


class Executable(NamedTuple):
    name: str
    folder: str  # of tests/


def parse(folder, text):
    """The quick executables that a CMakeLists.txt names."""
    for match in _TEST.finditer(text):
        labels = match[2].partition("LABELS")[2].split()
        if not SLOW & set(labels):
            yield Executable(match[1], folder)


def load(root):
    files = sorted((Path(root) / "tests").glob("*/CMakeLists.txt"))
    return [e for f in files for e in parse(f.parent.name, f.read_text(encoding="utf-8"))]


def in_order(executables, path, far=True):
    """Those that a mutant of `path` is run against if all of them link it."""
    folders = (PurePosixPath(path).parts[0], *NEAR, *(FAR if far else ()))
    return sorted((e for e in executables if e.folder in folders),
                  key=lambda e: folders.index(e.folder))


def mirror(path):
    """The file name of a source's own tests."""
    return PurePosixPath(path).stem + "_test.cc"
