import os
import tempfile
import unittest
from pathlib import Path

import process


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.output = Path(folder.name) / "out"
        process.adopt_orphans()

    def run_shell(self, script, seconds_max):
        return process.run(["sh", "-c", script], "/", dict(os.environ), seconds_max, self.output)

    def test_it_says_how_the_process_ended_and_keeps_what_it_printed(self):
        self.assertEqual(self.run_shell("echo a; echo b >&2; exit 3", 60)[::2], (3, False))
        self.assertEqual(self.output.read_text(), "a\nb\n")
        self.assertEqual(self.run_shell("kill -SEGV $$", 60)[::2], (-11, False))

    def test_one_that_hangs_is_ended_and_so_is_what_it_started(self):
        ended = self.run_shell("setsid sleep 600 & echo $!; sleep 600", 0.05)
        self.assertTrue(ended.hung)
        self.assertFalse(Path("/proc", self.output.read_text().strip()).exists())

    def test_one_that_takes_more_of_the_processor_than_it_may_hangs(self):
        self.assertTrue(self.run_shell("while :; do :; done", 1).hung)

    def test_what_outlives_it_is_ended_too(self):
        self.assertEqual(self.run_shell("setsid sleep 600 & echo $!", 60).code, 0)
        self.assertFalse(Path("/proc", self.output.read_text().strip()).exists())
