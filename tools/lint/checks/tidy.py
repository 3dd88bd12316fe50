"""clang-tidy, with the list of .clang-tidy, over every source by itself: minutes, so on demand.

A build compiles sources in batches; the preset `tidy` only configures, source by source, and makes
the headers that are generated.
"""

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tree import Problem

ON_DEMAND = True
BUILD = "build/tidy"  # the preset's
_FINDING = re.compile(r"^(/.*?):(\d+):\d+: (?:error|warning): (.*)$", re.M)


def check(tree):
    failure = _configure(tree)
    if failure:
        yield Problem("CMakePresets.json", 1, f"`{failure}` fails")
        return
    database = tree.root / BUILD / "compile_commands.json"
    built = {os.path.relpath(entry["file"], tree.root.resolve())
             for entry in json.loads(database.read_text(encoding="utf-8"))}
    findings = set()  # a header's finding shows once for each source
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for output in pool.map(lambda p: _run(tree, p), [p for p in tree.code if p in built]):
            for path, line, text in _FINDING.findall(output):
                findings.add(Problem(os.path.relpath(path, tree.root.resolve()), int(line), text))
    yield from sorted(findings)


def _configure(tree):
    for command in (["cmake", "--preset", "tidy"],
                    ["cmake", "--build", "--preset", "tidy", "--target", "daybook_generated"]):
        if subprocess.run(command, cwd=tree.root, capture_output=True).returncode:
            return " ".join(command)
    return None


def _run(tree, path):
    # The build may be g++'s, whose warnings clang does not all know.
    return subprocess.run(["clang-tidy", "-p", BUILD, "--quiet",
                           "--extra-arg=-Wno-unknown-warning-option", path],
                          cwd=tree.root, capture_output=True, text=True).stdout
