#!/usr/bin/env python3
"""Plants small faults in the code, one at a time, and lists those that no quick test notices.

  mutants.py                           100 mutants over all four folders
  mutants.py --count 20 --seed 7 --folders dispatch,log
  mutants.py --near                    without the tests of whole servers: a first look, soon over
  mutants.py --list                    what would be drawn, and nothing else
  mutants.py --check                   equivalent.txt names mutations that there are

Exits 1 when fewer than 95 of 100 are noticed or known to be equivalent.
"""

import argparse
import fcntl
import os
import signal
import sys
from pathlib import Path

import equivalents
import executables
import mutations
import plan
import process
import report
import sample
import trial
from baseline import Baseline, Broken
from memory import Memory
from workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("log", "scheduler", "projections", "dispatch")
NOTICED_MIN = 0.95


def main():
    args = _arguments()
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)  # what runs is ended with it
    texts = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for folder in FOLDERS
             for p in sorted((ROOT / folder).rglob("*")) if p.suffix in (".cc", ".h")}
    everywhere = [m for path, text in texts.items() for m in mutations.of(path, text)]
    entries = equivalents.parse((Path(__file__).parent / "equivalent.txt").read_text("utf-8"))
    for key in equivalents.unknown(entries, everywhere):
        sys.exit("equivalent.txt: no such mutation: " + "  ".join(key))
    drawn = sample.ranked((m for m in everywhere if m.path.split("/")[0] in args.folders), args.seed)
    if args.check:
        return 0
    if args.list:
        print(*drawn[:args.count], sep="\n")
        return 0
    home = ROOT / "build" / "mutants"
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        results = _run(Runner(home, args, texts, entries), drawn, args.count)
    print(report.table(results))
    return 0 if report.noticed(results) >= NOTICED_MIN else 1


def _run(runner, drawn, count):
    results, left = [], count
    for mutation in drawn:
        if left == 0:
            break
        results.append(runner.result(mutation))
        left -= results[-1].what != trial.INVALID  # another is drawn for what does not compile
        print(report.line(results[-1]), flush=True)
    return results


class Runner:
    """Gives each mutation its result: a remembered one, or by a trial."""

    def __init__(self, home, args, texts, entries):
        self._home, self._args, self._texts, self._entries = home, args, texts, entries
        self._memory = Memory(home / "results.jsonl")
        self._baseline = Baseline(home / "baseline.json")
        self._workspace = None
        self._linked = {}

    def result(self, mutation):
        text = self._texts[mutation.path]
        outcome = self._memory.settled(mutation, text, equivalents.of(mutation) in self._entries)
        if outcome is None:
            steps = plan.steps(mutation.path, self._executables(mutation.path), self._baseline.tests)
            outcome = trial.run(self._workspace, mutation, text, steps)
            self._memory.add(mutation, text, outcome)
        return report.of(mutation, outcome, self._entries)

    def _executables(self, path):
        """Those that link the folder of a path, built and run once without a mutant."""
        self._workspace = self._workspace or _workspace(self._home, self._args.jobs)
        folder = path.split("/")[0]
        if folder not in self._linked:
            ordered = executables.in_order(executables.load(ROOT), path, not self._args.near)
            linked = [e for e in ordered if self._workspace.links(e, folder)]
            _prepare(self._workspace, self._baseline, linked)
            self._linked[folder] = linked
        return self._linked[folder]


def _workspace(home, jobs):
    process.adopt_orphans()
    workspace = Workspace(ROOT, home, jobs)
    workspace.update()
    if not workspace.configure():
        sys.exit(f"the copy cannot be configured: {home / 'build.txt'} says why")
    return workspace


def _prepare(workspace, baseline, linked):
    if not workspace.make([f"bin/{e.name}" for e in linked]):
        sys.exit(f"the tree does not build: {workspace.home / 'build.txt'} says why")
    try:
        for executable in linked:
            baseline.refresh(workspace, executable)
    except Broken as broken:
        sys.exit(str(broken))


def _arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, metavar="N")
    parser.add_argument("--seed", default="1", help="another draws another sample")
    parser.add_argument("--folders", default=",".join(FOLDERS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once")
    parser.add_argument("--near", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    args.folders = args.folders.replace(",", " ").split()
    if unknown := set(args.folders) - set(FOLDERS):
        parser.error(f"no such folder: {', '.join(sorted(unknown))}")
    return args


if __name__ == "__main__":
    sys.exit(main())
