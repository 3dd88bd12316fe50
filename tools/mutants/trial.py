"""One mutant: built, and run against the tests until one fails."""

import re
from typing import NamedTuple

import process

KILLED, ALIVE, INVALID = "killed", "alive", "invalid"
_FAILED = re.compile(r"^\[  FAILED  \] ([\w/.]+)", re.M)
_RAN = re.compile(r"^\[ RUN      \] ([\w/.]+)", re.M)


class Outcome(NamedTuple):
    what: str           # KILLED, ALIVE, or INVALID: it does not compile
    by: str = ""        # executable and test
    how: str = ""       # failed, crashed or hung
    processor: float = 0.0


def run(workspace, mutation, text, steps):
    """Puts the mutation into the text of its file, and the text back when its fate is known."""
    before = process.processor_seconds()
    workspace.put(mutation.path, mutation.applied(text))
    try:
        outcome = _first_kill(workspace, steps)
    finally:
        workspace.put(mutation.path, text)
    return outcome._replace(processor=round(process.processor_seconds() - before, 2))


def _first_kill(workspace, steps):
    built = set()
    for step in steps:
        if step.executable not in built and not workspace.make([f"bin/{step.executable.name}"]):
            return Outcome(INVALID)
        built.add(step.executable)
        ended = workspace.run(step.executable, ["--gtest_fail_fast", *step.arguments],
                              step.seconds_max)
        if ended.code != 0:
            said = (workspace.home / "test.txt").read_text(errors="replace")
            return Outcome(KILLED, f"{step.executable.name} {failed_test(said)}", how(ended))
    return Outcome(ALIVE)


def failed_test(said):
    """The test that failed, or else the last that began."""
    failed, ran = _FAILED.search(said), _RAN.findall(said)
    return failed[1] if failed else ran[-1] if ran else "(before the first test)"


def how(ended):
    return "hung" if ended.hung else "crashed" if ended.code < 0 else "failed"
