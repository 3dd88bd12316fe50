"""Which tests a mutant is run against, in steps; what is cheap and likely to notice it comes first."""

from typing import NamedTuple

import baseline
import executables

# A test that takes longer is left out, but for those of the mutant's own folder, which come last.
QUICK_SECONDS = 2.0
# A step has as many times what it takes without a mutant, and this much more, of the processor.
TIMES, MORE_SECONDS = 4, 20


class Step(NamedTuple):
    executable: executables.Executable
    arguments: tuple
    seconds_max: float


def first_round(path, own, tests_of):
    """The quick steps of the executables of its own folder: its own file's tests, then the others."""
    mirror = executables.mirror(path)
    quick = {e: _between(tests_of(e), 0, QUICK_SECONDS) for e in own}
    near = {e: {name: t for name, t in quick[e].items() if t.file == mirror} for e in own}
    out = [_step(e, near[e], baseline.only(near[e])) for e in own]
    for e in own:
        rest = quick[e].keys() - near[e].keys()
        out.append(_step(e, {name: quick[e][name] for name in rest},
                         baseline.without(tests_of(e).keys() - rest)))
    return [step for step in out if step]


def second_round(own, others, tests_of):
    """For who survived the first: what depends on its folder, and what takes longer in its own."""
    out = []
    for e in others:
        quick = _between(tests_of(e), 0, QUICK_SECONDS)
        out.append(_step(e, quick, baseline.without(tests_of(e).keys() - quick.keys())))
    for e in own:
        longer = _between(tests_of(e), QUICK_SECONDS, baseline.LONG_SECONDS)
        out.append(_step(e, longer, baseline.only(longer)))
    return [step for step in out if step]


def _between(tests, least, most):
    return {name: t for name, t in tests.items() if least <= t.seconds < most}


def _step(executable, tests, filter_argument):
    seconds = sum(test.seconds for test in tests.values())
    return tests and Step(executable, tuple(filter_argument), TIMES * seconds + MORE_SECONDS)
