"""A program run within limits; whatever it started is ended with it."""

import ctypes
import math
import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

MEMORY_MAX = 8 << 30  # a mutant that allocates for ever
FILE_MAX = 2 << 30    # or writes
WAIT_TIMES = 10
_PR_SET_CHILD_SUBREAPER = 36


class Ended(NamedTuple):
    code: int       # that of the process; negative: the signal that ended it
    seconds: float
    hung: bool      # ended here, because its time was over


def adopt_orphans():
    """What outlives a program that this process started becomes its child, and run() ends it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(command, folder, environment, seconds_max, output):
    """Runs a command with its output in a file.

    It may take that much of the processor, which other work does not change, and WAIT_TIMES as long
    by the clock, for a deadlock takes nothing.
    """
    before, hung = time.monotonic(), False
    with open(output, "wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                   preexec_fn=lambda: _limit(seconds_max))
        try:
            process.wait(WAIT_TIMES * seconds_max)
        except subprocess.TimeoutExpired:
            hung = True
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            _end_orphans()
    hung = hung or process.returncode == -signal.SIGXCPU
    return Ended(process.returncode, time.monotonic() - before, hung)


def processor_seconds():
    """What all that ended so far took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _limit(seconds):
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX, FILE_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_orphans():
    while children := _children():
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def _children():
    """The orphans that became this process's own; a child of theirs becomes one when they end."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []
