"""The order of a whole run: rounds, figures within them, peers in turns; and an end in time."""

import subprocess
import time
from dataclasses import dataclass, field

from driver import counts
from driver.figures import MILLION_FIGURE, Run
from driver.million import measure_million
from driver.process import Failed

_SYNCS = 100
# What may go wrong with one peer, and leaves the others their turn.
_FAULTS = (Failed, OSError, subprocess.SubprocessError)
# Filling takes longest: up to here for each peer, less for most.
_MILLION_S = 240


class Budget:
    def __init__(self, seconds):
        self._ends = time.monotonic() + seconds

    def left_s(self):
        return max(1.0, self._ends - time.monotonic())

    def has(self, seconds):
        return self._ends - time.monotonic() >= seconds


@dataclass
class Results:
    runs: list = field(default_factory=list)
    counts: dict = field(default_factory=dict)  # peer -> {kind: calls for one create}
    notes: list = field(default_factory=list)
    failed: bool = False

    def add(self, run, say):
        self.runs.append(run)
        said = "  ".join(f"{name} {value:,.1f}" for name, value in run.numbers.items())
        say(f"round {int(run.round) + 1}  {run.figure:9} {run.peer:15} {run.error or said}")
        self.failed = self.failed or bool(run.error)


class Rounds:
    def __init__(self, bench, disk, peers, figures, say):
        self._bench, self._disk, self._say = bench, disk, say
        self._peers, self._figures = peers, figures
        self.results = Results()

    def run(self, rounds, millions, with_counts):
        for r in range(rounds):
            self._bench.begin_round()
            for i, figure in enumerate(self._figures):
                fsync_us = self._fsync(r + i / len(self._figures))
                self._turns(r, figure, lambda peer, f=figure: self._bench.measure(f, peer),
                            self._bench.estimate_s(), fsync_us)
        if with_counts:
            self._counts()
        for r in range(millions):
            self._bench.begin_round()
            self._turns(r, MILLION_FIGURE, lambda peer: measure_million(self._bench, peer),
                        _MILLION_S, None)
        self._bench.begin_round()

    def _turns(self, r, figure, measure, estimate_s, fsync_us):
        first = r % len(self._peers)
        for peer in self._peers[first:] + self._peers[:first]:
            if figure.name in peer.lacks:
                continue
            run = Run(figure.name, peer.name, r)
            if not self._bench.budget.has(estimate_s):
                run.error = "left out: the time was over"
            else:
                self._try(run, peer, measure)
            if fsync_us and "p50_to_fsync" in figure.numbers and run.numbers:
                run.numbers["p50_to_fsync"] = run.numbers["p50_us"] / fsync_us
            self.results.add(run, self._say)

    def _try(self, run, peer, measure):
        try:
            run.numbers = measure(peer)
        except _FAULTS as failure:
            run.error = f"failed: {failure}"

    def _fsync(self, moment):
        """A disk that others use shows here: just before each figure, at a fraction of the round."""
        run = Run("fsync", "disk", moment)
        self._try(run, None, lambda _: self._disk())
        self.results.add(run, self._say)
        return run.numbers.get("p50_us")

    def _counts(self):
        for peer in self._peers:
            if peer.client != "compiled" or not self._bench.budget.has(30):
                continue
            try:
                self.results.counts[peer.name] = counts.lone_create(self._bench, peer)
            except _FAULTS as failure:
                # Some machines let nobody trace.
                self.results.notes.append(f"counts of {peer.name}: {failure}")
            self._say(f"counts     {peer.name:15} {self.results.counts.get(peer.name, 'none')}")


def disk(client, scratch):
    """fdatasync of 4 KiB appends in the directory that the servers write to."""
    def measure():
        out = client.run(0, {"figure": "fsync", "dir": scratch, "jobs": _SYNCS}, deadline=60)
        return {"p50_us": out["p50_us"], "p99_us": out["p99_us"]}
    return measure
