"""A copy of the tree with a build of its own, where one mutant after another stands."""

import os
import subprocess
from pathlib import Path

import process

BUILD_SECONDS_MAX = 600
PRESET = "mutants"


class Workspace:
    """One copy under `home`, taken from the tree at `root`; one at a time may use it."""

    def __init__(self, root, home, jobs):
        self.root, self.home, self.jobs = Path(root), Path(home), jobs
        self.tree = self.home / "tree"
        self.build = self.tree / "build" / PRESET
        self.temporary = self.home / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(self.tree), CCACHE_NOHASHDIR="1",
                                CCACHE_DEPEND="1", TMPDIR=str(self.temporary))

    def update(self):
        """The copy becomes as the tree is now; what did not change keeps its time, and its object."""
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], text=True,
                                cwd=self.root, capture_output=True, check=True).stdout.split("\0")
        wanted = {path for path in listed if path and (self.root / path).is_file()}
        for path in wanted:
            self._write(path, (self.root / path).read_bytes(), (self.root / path).stat().st_mode)
        for folder, folders, files in os.walk(self.tree):
            folders[:] = [f for f in folders if Path(folder, f) != self.tree / "build"]
            for file in files:
                stands = Path(folder, file)
                if str(stands.relative_to(self.tree)) not in wanted:
                    stands.unlink()

    def _write(self, path, content, mode=0o644):
        to = self.tree / path
        if not to.exists() or to.read_bytes() != content:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)
            to.chmod(mode)

    def configure(self):
        return self._run(["cmake", "--preset", PRESET], self.tree)

    def put(self, path, text):
        """A source has another text from now on."""
        self._write(path, text.encode())
        # What is built from here on is not worth a place in the compiler's cache.
        self.environment["CCACHE_READONLY"] = "1"

    def make(self, targets):
        """Whether ninja builds them; what it said is in build.txt."""
        return self._run(["ninja", "-C", str(self.build), f"-j{self.jobs}", *targets], self.tree)

    def _run(self, command, folder):
        ended = process.run(command, folder, self.environment, BUILD_SECONDS_MAX,
                            self.home / "build.txt")
        return ended.code == 0

    def links(self, executable, folder):
        """Whether an executable, or a program that it runs, holds a folder's code."""
        inputs = subprocess.run(["ninja", "-C", str(self.build), "-t", "inputs",
                                 f"bin/{executable.name}"], text=True, capture_output=True)
        return f"{folder}/libdaybook_{folder}.a" in inputs.stdout.split()

    def run(self, executable, arguments, seconds_max):
        """Runs a test executable as ctest would: where it says, its output in test.txt.

        A failure counts when it comes twice: on a busy machine a test of a real server may miss a
        deadline. A hang counts at once.
        """
        ended = self._run_once(executable, arguments, seconds_max)
        if ended.code != 0 and not ended.hung:
            ended = self._run_once(executable, arguments, seconds_max)
        return ended

    def _run_once(self, executable, arguments, seconds_max):
        return process.run([str(self.build / "bin" / executable.name), *arguments],
                           self.build / "tests" / executable.folder, self.environment, seconds_max,
                           self.home / "test.txt")
