import json
import tempfile
import unittest
from contextlib import redirect_stdout
from io import StringIO
from math import inf
from pathlib import Path

from baseline import LONG_SECONDS, Baseline, Broken, Test
from executables import Executable
from process import Ended
from tests.fakes import Workspace

FAILED = Ended(1, 0.1, False)
A = Executable("a_test", "log")


def report(**seconds):
    return json.dumps({"testsuites": [{"name": "A", "testsuite": [
        {"name": name, "file": "../../tests/log/a_test.cc", "status": "RUN", "time": f"{time}s"}
        for name, time in seconds.items()]}]})


class Reporting(Workspace):
    """Writes a report where the executable is told to, as googletest does."""

    def __init__(self, home, text, *failures):
        super().__init__(home, list(zip(failures[1::2], failures[::2])))
        self.build = self.home
        self._text = text

    def run(self, executable, arguments, seconds_max):
        Path(arguments[0].partition(":")[2]).write_text(self._text)
        return super().run(executable, arguments, seconds_max)


class Refresh(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        (self.home / "bin").mkdir()

    def refreshed(self, binary, text):
        (self.home / "bin" / A.name).write_text(binary)
        baseline = Baseline(self.home / "baseline.json")
        workspace = Reporting(self.home, text)
        baseline.refresh(workspace, A)
        return baseline.tests(A), workspace.did

    def test_the_tests_are_known_by_name_file_and_time(self):
        tests, _ = self.refreshed("1", report(B=0.25))
        self.assertEqual(tests, {"A.B": Test("a_test.cc", 0.25)})

    def test_they_run_again_only_in_another_executable_and_without_what_takes_long(self):
        self.refreshed("1", report(B=0.25, Long=LONG_SECONDS + 1))
        self.assertEqual(self.refreshed("1", "")[1], [])
        tests, did = self.refreshed("2", report(B=0.125))
        self.assertEqual(did[0][-1], "--gtest_filter=-A.Long")
        self.assertEqual({name: t.seconds for name, t in tests.items()},
                         {"A.B": 0.125, "A.Long": LONG_SECONDS + 1})

    def test_the_least_that_a_test_took_is_what_it_takes(self):
        self.refreshed("1", report(B=0.25))
        self.assertEqual(self.refreshed("2", report(B=9, C=1))[0],
                         {"A.B": Test("a_test.cc", 0.25), "A.C": Test("a_test.cc", 1.0)})

    def test_one_that_fails_without_a_mutant_is_left_out(self):
        (self.home / "bin" / A.name).write_text("1")
        baseline = Baseline(self.home / "baseline.json")
        workspace = Reporting(self.home, report(B=0.25), FAILED, "[ RUN      ] A.Bad\n")
        with redirect_stdout(StringIO()) as said:
            baseline.refresh(workspace, A)
        self.assertIn("a_test A.Bad", said.getvalue())
        self.assertEqual(workspace.did[-1][-1], "--gtest_filter=-A.Bad")
        self.assertEqual(baseline.tests(A)["A.Bad"].seconds, inf)

    def test_a_broken_tree_is_no_kill(self):
        (self.home / "bin" / A.name).write_text("1")
        workspace = Reporting(self.home, report(B=0.25), *[FAILED, "[ RUN      ] A.Bad\n"] * 9)
        with self.assertRaises(Broken), redirect_stdout(StringIO()):
            Baseline(self.home / "baseline.json").refresh(workspace, A)
