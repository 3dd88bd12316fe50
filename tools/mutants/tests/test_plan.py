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


class Rounds(unittest.TestCase):
    def shown(self, steps):
        return [(s.executable.name, *s.arguments) for s in steps]

    def test_the_first_is_of_its_own_folder_and_begins_with_its_own_file(self):
        steps = plan.first_round("log/chunk.cc", [NEAR], TESTS.__getitem__)
        self.assertEqual(self.shown(steps), [
            ("near_test", "--gtest_filter=A.Mine"),
            ("near_test", "--gtest_filter=-A.Longest:A.Mine:A.Slow")])
        self.assertAlmostEqual(steps[0].seconds_max, plan.TIMES * 0.1 + plan.MORE_SECONDS)

    def test_the_second_is_of_the_others_and_ends_with_the_long_ones_of_its_folder(self):
        steps = plan.second_round([NEAR], [FAR], TESTS.__getitem__)
        self.assertEqual(self.shown(steps), [("far_test", "--gtest_filter=-B.Slow"),
                                             ("near_test", "--gtest_filter=A.Slow")])

    def test_a_file_without_tests_of_its_own_begins_with_those_of_its_folder(self):
        steps = plan.first_round("log/other.cc", [NEAR], TESTS.__getitem__)
        self.assertEqual(self.shown(steps), [("near_test", "--gtest_filter=-A.Longest:A.Slow")])


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
