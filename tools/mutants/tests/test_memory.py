import tempfile
import unittest
from pathlib import Path

import equivalents
import mutations
import report
from memory import Memory
from trial import ALIVE, INVALID, KILLED, Outcome

TEXT = "void f() {\n  a = b < c;\n}\n"
MUTANT = next(m for m in mutations.of("log/a.cc", TEXT) if m.kind == "comparison")
KILL = Outcome(KILLED, "a_test A.B", "failed", 1.5)


class Remembered(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "results.jsonl"

    def settled(self, outcome, text=TEXT, equivalent=False):
        Memory(self.path).add(MUTANT, TEXT, outcome)
        return Memory(self.path).settled(MUTANT, text, equivalent)

    def test_a_kill_and_what_does_not_compile_hold_while_the_source_is_the_same(self):
        self.assertEqual(self.settled(KILL), KILL)
        self.assertEqual(self.settled(Outcome(INVALID)), Outcome(INVALID))
        self.assertIsNone(self.settled(KILL, TEXT + "\n"))

    def test_a_survivor_is_tried_again_unless_it_is_known_to_be_equivalent(self):
        self.assertIsNone(self.settled(Outcome(ALIVE)))
        self.assertEqual(self.settled(Outcome(ALIVE), equivalent=True), Outcome(ALIVE))

    def test_the_later_of_two_counts(self):
        self.settled(Outcome(ALIVE))
        self.assertEqual(self.settled(KILL), KILL)


class Table(unittest.TestCase):
    def setUp(self):
        reasons = {equivalents.of(MUTANT): "b is never c"}
        self.results = [report.of(MUTANT, outcome, entries) for outcome, entries in (
            (KILL, {}), (Outcome(ALIVE), reasons), (Outcome(ALIVE), {}), (Outcome(INVALID), {}))]

    def test_what_does_not_compile_counts_for_nothing(self):
        self.assertEqual(report.noticed(self.results), 2 / 3)
        self.assertEqual(report.noticed(self.results[3:]), 1)

    def test_survivors_stand_with_what_was_changed(self):
        table = report.table(self.results)
        self.assertEqual(table.splitlines()[1].split(), ["log", "1", "1", "1", "1"])
        alive = table[table.index("\nalive:"):]
        self.assertIn("log/a.cc:2 (comparison)\n  - a = b < c;\n  + a = b <= c;", alive)
        self.assertNotIn("b is never c", alive)

    def test_a_wrong_entry_is_named(self):
        entries = {equivalents.of(MUTANT): "b is never c"}
        wrong = report.table([report.of(MUTANT, KILL, entries)])
        self.assertIn("listed as equivalent, but noticed", wrong)
        self.assertNotIn("but noticed", report.table(self.results))
