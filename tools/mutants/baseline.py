"""What the tests of an executable are and what each takes, found by a run without any mutant."""

import hashlib
import json
from math import inf
from pathlib import Path
from typing import NamedTuple

from output import failed_test

RUN_SECONDS_MAX = 900
# A run of a new build leaves out what is known to take longer.
LONG_SECONDS = 30.0
# That fail without a mutant, in one executable: they are left out, and more is a broken tree.
BROKEN_MAX = 3


class Test(NamedTuple):
    file: str      # its name, without folders
    seconds: float


class Broken(Exception):
    """Too many tests fail without a mutant."""


class Baseline:
    """Remembered in a file: by executable, the hash of what ran and {test: Test}."""

    def __init__(self, path):
        self._path = Path(path)
        self._known = {}
        if self._path.exists():
            for name, (digest, tests) in json.loads(self._path.read_text()).items():
                self._known[name] = digest, {test: Test(*what) for test, what in tests.items()}

    def tests(self, executable):
        return self._known[executable.name][1]

    def refresh(self, workspace, executable):
        """Runs the tests of an executable that is not the one they last ran in."""
        binary = workspace.build / "bin" / executable.name
        digest = hashlib.sha256(binary.read_bytes()).hexdigest()
        old_digest, old = self._known.get(executable.name, ("", {}))
        if digest == old_digest:
            return
        left_out = {test: what for test, what in old.items() if LONG_SECONDS < what.seconds < inf}
        report = workspace.home / "tests.json"
        for _ in range(BROKEN_MAX + 1):
            report.unlink(missing_ok=True)
            ended = workspace.run(executable, [f"--gtest_output=json:{report}", *without(left_out)],
                                  RUN_SECONDS_MAX)
            if ended.code == 0:
                break
            failed = failed_test((workspace.home / "test.txt").read_text(errors="replace"))
            print(f"left out, for it fails without a mutant: {executable.name} {failed}", flush=True)
            left_out[failed] = Test("", inf)
        else:
            raise Broken(f"{executable.name} fails without a mutant: "
                         f"{workspace.home / 'test.txt'} says how")
        found = parse(report.read_text())
        for test in found.keys() & old.keys():  # other work may have run this time
            found[test] = min(found[test], old[test], key=lambda what: what.seconds)
        self._known[executable.name] = digest, left_out | found
        self._path.write_text(json.dumps(self._known))


def parse(report):
    """{full name: Test} of googletest's JSON."""
    return {f"{suite['name']}.{test['name']}":
            Test(Path(test["file"]).name, float(test["time"].rstrip("s")))
            for suite in json.loads(report)["testsuites"] for test in suite["testsuite"]
            if test["status"] == "RUN"}


def only(tests):
    return ["--gtest_filter=" + ":".join(sorted(tests))]


def without(tests):
    return ["--gtest_filter=-" + ":".join(sorted(tests))] if tests else []
