import unittest

import plan
from baseline import LONG_SECONDS, Test
from executables import Executable, in_order, parse

NEAR, FAR = Executable("near_test", "log"), Executable("far_test", "api")
TESTS = {
    NEAR: {"A.Mine": Test("chunk_test.cc", 0.1), "A.Other": Test("tail_test.cc", 0.2),
           "A.Slow": Test("tail_test.cc", plan.QUICK_SECONDS + 1),
           "A.Longest": Test("chunk_test.cc", LONG_SECONDS + 1)},
    FAR: {"B.Quick": Test("gate_test.cc", 0.1),
          "B.Slow": Test("gate_test.cc", plan.QUICK_SECONDS + 1)},
}


class Steps(unittest.TestCase):
    def setUp(self):
        self.steps = plan.steps("log/chunk.cc", [NEAR, FAR], TESTS.__getitem__)

    def test_its_own_tests_come_first_and_the_long_ones_of_its_folder_last(self):
        self.assertEqual([(s.executable.name, *s.arguments) for s in self.steps], [
            ("near_test", "--gtest_filter=A.Mine"),
            ("near_test", "--gtest_filter=-A.Longest:A.Mine:A.Slow"),
            ("far_test", "--gtest_filter=-B.Slow"),
            ("near_test", "--gtest_filter=A.Slow")])

    def test_a_step_has_many_times_what_it_takes(self):
        self.assertAlmostEqual(self.steps[0].seconds_max, plan.TIMES * 0.1 + plan.MORE_SECONDS)


class Order(unittest.TestCase):
    def test_slow_executables_are_none_of_them(self):
        text = ("daybook_test(a_test SOURCES a.cc DEPS log)\n"
                "daybook_test(b_test\n  SOURCES b.cc\n  DEPS log\n  LABELS slow TIMEOUT 9)\n"
                "daybook_test(c_test SOURCES slow.cc DEPS log LABELS property)\n")
        self.assertEqual([e.name for e in parse("log", text)], ["a_test", "c_test"])

    def test_the_folders_own_come_first_and_those_that_follow_in_a_fixed_order(self):
        of = {folder: Executable(f"{folder}_test", folder)
              for folder in ("api", "base", "dispatch", "log", "replay", "scheduler")}
        self.assertEqual([e.folder for e in in_order(of.values(), "dispatch/core.cc")],
                         ["dispatch", "scheduler", "replay", "api"])
        self.assertEqual([e.folder for e in in_order(of.values(), "log/chunk.cc", far=False)],
                         ["log", "scheduler", "dispatch", "replay"])
