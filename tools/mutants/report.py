"""What came of a sample: counts by folder, what the equivalent ones rest on, and the survivors."""

from typing import NamedTuple

import equivalents
from mutations import Mutation
from trial import ALIVE, INVALID, KILLED, Outcome

EQUIVALENT = "equivalent"


class Result(NamedTuple):
    mutation: Mutation
    outcome: Outcome
    reason: str = ""  # why it is equivalent, when equivalent.txt lists it

    @property
    def what(self):
        return EQUIVALENT if self.outcome.what == ALIVE and self.reason else self.outcome.what


def line(result):
    told = {KILLED: f"{result.outcome.how}: {result.outcome.by}", EQUIVALENT: result.reason}
    return f"{result.what:10} {result.mutation}  {told.get(result.what, '')}".rstrip()


def noticed(results):
    """The part of what compiles that is killed or changes nothing."""
    counted = [r for r in results if r.what != INVALID]
    return sum(r.what != ALIVE for r in counted) / len(counted) if counted else 1.0


def table(results):
    whats = (KILLED, EQUIVALENT, ALIVE, INVALID)
    folders = sorted({r.mutation.path.split("/")[0] for r in results})
    rows = [("", *whats[:3], "not built")]
    for folder in (*folders, ""):
        here = [r.what for r in results if r.mutation.path.startswith(folder)]
        rows.append((folder or "all", *(str(here.count(what)) for what in whats)))
    out = ["".join(f"{cell:12}" for cell in row).rstrip() for row in rows]
    seconds = sum(r.outcome.processor for r in results)
    out.append(f"{noticed(results):.1%} noticed or equivalent; {seconds:.0f} s of processor, "
               f"{seconds / max(1, len(results)):.1f} s a mutant")
    for title, what in (("equivalent", EQUIVALENT), ("alive", ALIVE)):
        out += [f"\n{title}:"] * any(r.what == what for r in results)
        out += [_described(r) for r in results if r.what == what]
    out += ["\nlisted as equivalent, but noticed:"] * any(map(_wrong, results))
    out += [line(r) for r in results if _wrong(r)]
    return "\n".join(out)


def _described(result):
    m = result.mutation
    because = f"\n    because {result.reason}" if result.reason else ""
    return f"{m.path}:{m.line} ({m.kind})\n  - {m.before}\n  + {m.after}{because}"


def _wrong(result):
    return bool(result.reason) and result.outcome.what == KILLED


def of(mutation, outcome, entries):
    return Result(mutation, outcome, entries.get(equivalents.of(mutation), ""))
