import tempfile
import unittest

import mutations
import trial
from executables import Executable
from plan import Step
from process import Ended
from tests.fakes import PASSED, Workspace

TEXT = "void f() {\n  a = b < c;\n}\n"
MUTANT = next(m for m in mutations.of("log/a.cc", TEXT) if m.kind == "comparison")
A, B = Executable("a_test", "log"), Executable("b_test", "log")
STEPS = [Step(A, ("x",), 9), Step(A, ("y",), 9), Step(B, (), 9)]


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name

    def run_with(self, *args):
        self.workspace = Workspace(self.home, *args)
        return trial.run(self.workspace, MUTANT, TEXT, STEPS)

    def test_one_that_passes_every_step_is_alive_and_links_each_executable_once(self):
        self.assertEqual(self.run_with().what, trial.ALIVE)
        self.assertEqual(self.workspace.did, [
            ("make", "bin/a_test"), ("a_test", "--gtest_fail_fast", "x"),
            ("a_test", "--gtest_fail_fast", "y"), ("make", "bin/b_test"),
            ("b_test", "--gtest_fail_fast")])

    def test_the_first_failure_ends_it_and_names_the_test(self):
        said = "[ RUN      ] A.B\nno\n[  FAILED  ] A.B (1 ms)\n"
        outcome = self.run_with([("", PASSED), (said, Ended(1, 0.1, False))])
        self.assertEqual(outcome[:3], (trial.KILLED, "a_test A.B", "failed"))
        self.assertEqual(len(self.workspace.did), 3)

    def test_a_crash_and_a_hang_are_of_the_test_that_ran(self):
        said = "[ RUN      ] A.B\n[       OK ] A.B\n[ RUN      ] A.C/0\n"
        self.assertEqual(self.run_with([(said, Ended(-6, 0.1, False))])[:3],
                         (trial.KILLED, "a_test A.C/0", "crashed"))
        self.assertEqual(self.run_with([(said, Ended(-9, 0.1, True))])[:3],
                         (trial.KILLED, "a_test A.C/0", "hung"))

    def test_what_does_not_compile_is_no_mutant(self):
        self.assertEqual(self.run_with([], False).what, trial.INVALID)

    def test_the_text_is_put_back(self):
        self.run_with()
        self.assertEqual(self.workspace.texts, {"log/a.cc": TEXT})
