"""The files under check: what git tracks or would track, read once; tests pass a dict."""

import os
import subprocess
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

CODE_FOLDERS = ("base", "access", "events", "log", "scheduler", "components", "projections", "graph",
                "dispatch", "replay", "api", "tools", "bench", "tests")
FOLDERS = CODE_FOLDERS + (".ci", "cmake", "console", "docs", "examples")


class Problem(NamedTuple):
    path: str
    line: int
    text: str


class Tree:
    def __init__(self, root, texts):
        """`texts` maps each path to its text, or to None when it is to be read from `root`."""
        self.root = Path(root)
        self._texts = texts

    @classmethod
    def of(cls, texts):
        return cls(os.devnull, dict(texts))

    @classmethod
    def load(cls, root):
        return cls(root, dict.fromkeys(_listed(Path(root))))

    @cached_property
    def paths(self):
        return sorted(self._texts)

    @cached_property
    def code(self):
        return [p for p in self.paths
                if p.endswith((".h", ".cc")) and p.split("/")[0] in CODE_FOLDERS]

    def text(self, path):
        """The text of a file; empty when it is absent or not text."""
        if path not in self._texts:
            return ""
        if self._texts[path] is None:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                self._texts[path] = ""
        return self._texts[path]

    def exists(self, path):
        return path.rstrip("/") in self._places

    @cached_property
    def _places(self):
        """Every file and every folder that holds one."""
        places = set(self.paths)
        for path in self.paths:
            places.update(str(parent) for parent in Path(path).parents)
        return places


def _listed(root):
    git = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"],
                         cwd=root, capture_output=True, text=True)
    if git.returncode == 0:
        return [p for p in git.stdout.split("\0") if p and (root / p).is_file()]
    # An unpacked archive: everything but builds, caches and what git keeps.
    files = (p.relative_to(root) for p in root.rglob("*") if p.is_file())
    return [str(p) for p in files if not {"build", ".git", ".cache", "__pycache__"} & set(p.parts)]
