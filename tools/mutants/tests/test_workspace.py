import subprocess
import tempfile
import unittest
from pathlib import Path

from executables import Executable
from workspace import Workspace


class Update(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        self.root.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=self.root, check=True)
        self.write(".gitignore", "/build/\n")
        self.write("log/a.cc", "a\n")
        self.write("log/b.cc", "b\n")
        self.workspace = Workspace(self.root, self.root / "build" / "mutants", 1)
        self.workspace.update()

    def write(self, path, text):
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_text(text)

    def copied(self):
        return {str(p.relative_to(self.workspace.tree)) for p in self.workspace.tree.rglob("*")
                if p.is_file()}

    def test_the_copy_is_the_tree_without_what_git_ignores(self):
        self.write("build/x", "x")
        self.workspace.update()
        self.assertEqual(self.copied(), {".gitignore", "log/a.cc", "log/b.cc"})

    def test_a_mutant_that_was_left_there_and_a_removed_file_go(self):
        self.workspace.put("log/a.cc", "mutant\n")
        (self.root / "log/b.cc").unlink()
        self.workspace.update()
        self.assertEqual(self.copied(), {".gitignore", "log/a.cc"})
        self.assertEqual((self.workspace.tree / "log/a.cc").read_text(), "a\n")

    def test_what_did_not_change_keeps_its_time(self):
        before = (self.workspace.tree / "log/a.cc").stat().st_mtime_ns
        self.workspace.update()
        self.assertEqual((self.workspace.tree / "log/a.cc").stat().st_mtime_ns, before)

    def test_what_is_built_in_the_copy_stays(self):
        (self.workspace.build / "bin").mkdir(parents=True)
        (self.workspace.build / "bin" / "a_test").write_text("")
        self.workspace.update()
        self.assertIn("build/mutants/bin/a_test", self.copied())


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.workspace = Workspace(folder.name, Path(folder.name) / "home", 1)
        (self.workspace.build / "bin").mkdir(parents=True)
        (self.workspace.build / "tests" / "log").mkdir(parents=True)

    def run_script(self, script):
        binary = self.workspace.build / "bin" / "a_test"
        binary.write_text("#!/bin/sh\necho run >>runs\n" + script + "\n")
        binary.chmod(0o755)
        ended = self.workspace.run(Executable("a_test", "log"), [], 60)
        runs = (self.workspace.build / "tests" / "log" / "runs").read_text()
        return ended.code, runs.count("run")

    def test_a_failure_counts_when_it_comes_twice(self):
        self.assertEqual(self.run_script("exit 1"), (1, 2))

    def test_one_that_does_not_come_again_is_none(self):
        self.assertEqual(self.run_script('test "$(wc -l <runs)" -gt 1'), (0, 2))

    def test_one_that_passes_runs_once(self):
        self.assertEqual(self.run_script("exit 0"), (0, 1))
