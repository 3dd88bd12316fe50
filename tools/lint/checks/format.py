"""clang-format has nothing to change. Skipped, saying so, where clang-format is absent."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tree import Problem

_LINE = re.compile(r"^(.*?):(\d+):\d+: error:", re.M)


def check(tree):
    if not shutil.which("clang-format"):
        print("format: skipped, no clang-format here", file=sys.stderr)
        return
    jobs = os.cpu_count() or 1
    with ThreadPoolExecutor(jobs) as pool:
        for output in pool.map(lambda n: _run(tree, tree.code[n::jobs]), range(jobs)):
            first = {}
            for path, line in _LINE.findall(output):
                first.setdefault(path, int(line))
            for path, line in first.items():
                yield Problem(path, line, "not formatted: run make format")


def _run(tree, paths):
    if not paths:
        return ""
    return subprocess.run(["clang-format", "--dry-run", "-Werror", *paths],
                          cwd=tree.root, capture_output=True, text=True).stderr
