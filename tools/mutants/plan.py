"""Which tests a mutant is run against, in steps: what is likely to notice it, and cheap, comes first."""

from typing import NamedTuple

import baseline
import executables

# A test that takes longer is left out, but for those of the mutant's own folder, which come last.
QUICK_SECONDS = 2.0
# A step has as many times what it takes without a mutant, and this much more: other work may run.
TIMES, MORE_SECONDS = 8, 40


class Step(NamedTuple):
    executable: executables.Executable
    arguments: tuple
    seconds_max: float


def steps(path, linked, tests_of):
    """The steps for a mutant of `path`, over the executables that link it in their order."""
    mirror = executables.mirror(path)
    folder = path.split("/")[0]
    own, others, long = [], [], []
    for executable in linked:
        tests = tests_of(executable)
        quick = {name: t for name, t in tests.items() if t.seconds <= QUICK_SECONDS}
        near = {name: t for name, t in quick.items() if t.file == mirror}
        rest = {name: t for name, t in quick.items() if name not in near}
        slower = {name: t for name, t in tests.items()
                  if QUICK_SECONDS < t.seconds <= baseline.LONG_SECONDS}
        own += _step(executable, near, baseline.only(near))
        others += _step(executable, rest, baseline.without(tests.keys() - rest.keys()))
        if executable.folder == folder:
            long += _step(executable, slower, baseline.only(slower))
    return own + others + long


def _step(executable, tests, filter_argument):
    if not tests:
        return []
    seconds = sum(test.seconds for test in tests.values())
    return [Step(executable, tuple(filter_argument), TIMES * seconds + MORE_SECONDS)]
