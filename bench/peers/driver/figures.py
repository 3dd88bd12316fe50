"""What is measured: the options of the client, the unit, and how one run of it goes."""

import os
import shutil
import time
from dataclasses import dataclass, field

from driver.process import Failed


@dataclass
class Figure:
    name: str
    title: str
    options: dict           # of the client
    main: str = "per_second"  # the number that the ratio and the plot are of
    numbers: tuple = ("p50_us", "p99_us", "server_us", "client_us")
    warm_up_s: float = 0.4  # 64 connections, and a Node library, take a while to be at full speed


@dataclass
class Run:
    """One figure of one peer in one round: numbers, or why there are none."""
    figure: str
    peer: str
    round: int
    numbers: dict = field(default_factory=dict)
    error: str = ""


CPU = ("server_us", "client_us")
FIGURES = [
    Figure("create1", "create, one job a request, 1 connection: jobs a second",
           {"figure": "create", "connections": 1},
           numbers=("p50_us", "p99_us", "p50_to_fsync", *CPU)),
    Figure("create64", "create, one job a request, 64 connections: jobs a second",
           {"figure": "create", "connections": 64}),
    Figure("bulk1", "create, 1,000 jobs a request, 1 connection: jobs a second",
           {"figure": "create", "connections": 1, "batch": 1000}, numbers=CPU),
    Figure("bulk4", "create, 1,000 jobs a request, 4 connections: jobs a second",
           {"figure": "create", "connections": 4, "batch": 1000}, numbers=CPU),
    Figure("cycle", "full cycle one by one, 64 producers and 64 workers: jobs a second",
           {"figure": "cycle", "connections": 64, "workers": 64}, numbers=CPU, warm_up_s=1.0),
    Figure("cycle100", "full cycle, 100 jobs a request and a lease, 4 producers and 4 workers: "
           "jobs a second",
           {"figure": "cycle", "connections": 4, "workers": 4, "batch": 100}, numbers=CPU,
           warm_up_s=1.0),
    Figure("pickup", "idle pick-up: create sent -> a waiting worker holds the job, microseconds",
           {"figure": "pickup", "pause": 0.01}, main="p50_us", numbers=("p99_us", *CPU)),
]
QUICK = "create1,create64,bulk1,cycle,cycle100,pickup"
# Not in turns with the others: it takes long, and the time goes into filling.
MILLION_FIGURE = Figure(
    "million", "{} pending jobs: SIGKILL -> a worker holds the first job, ms", {},
    main="first_job_ms", numbers=("resident_mib", "fill_per_second"))


class Bench:
    """Runs single figures; what it starts is stopped before it returns, its directory removed."""

    def __init__(self, scratch, clients, seconds, budget, million_jobs):
        self.scratch, self.clients = scratch, clients
        self.seconds, self.budget = seconds, budget
        self.million_jobs = million_jobs
        self._old = {}  # peer -> the copy of its store that this round works on

    def begin_round(self):
        for directory in self._old.values():
            shutil.rmtree(directory.parent)
        self._old = {}

    def estimate_s(self):
        return self.seconds + 6

    def data(self, peer):
        """An empty directory; of a store that is old, one copy for all figures of the round."""
        if peer.name in self._old:
            return self._old[peer.name]
        root = self.scratch / f"{peer.name}-{time.monotonic_ns()}"
        root.mkdir(mode=0o755)
        directory = root / "data"
        directory.mkdir()
        try:
            peer.engine.fill(directory)
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise
        if getattr(peer.engine, "store", None):
            self._old[peer.name] = directory
        return directory

    def done_with(self, peer, directory):
        if peer.name not in self._old:
            shutil.rmtree(directory.parent, ignore_errors=True)

    def serve(self, peer, directory):
        """Another port when the chosen one was taken by somebody else meanwhile."""
        for attempt in range(3):
            server = peer.engine.server(directory)
            try:
                return server.__enter__()
            except Failed as failure:
                if attempt == 2 or "in use" not in str(failure):
                    raise
        raise AssertionError

    def measure(self, figure, peer):
        directory = self.data(peer)
        try:
            server = self.serve(peer, directory)
            try:
                return self._measure(figure, peer, server)
            except Failed as failure:
                raise Failed(f"{failure}{_ended(server)}") from None
            finally:
                server.stop()
        finally:
            self.done_with(peer, directory)

    def _measure(self, figure, peer, server):
        client = self.clients[peer.name]
        client.run(server.port, {"figure": "prepare", "queue": f"peers-{figure.name}"},
                   deadline=30)
        if getattr(peer.engine, "store", None):
            server.wait_rested(30)
        os.sync()
        at = {}
        out = client.run(server.port,
                         {**figure.options, "queue": f"peers-{figure.name}",
                          "seconds": self.seconds, "warm-up": figure.warm_up_s},
                         deadline=min(self.seconds + figure.warm_up_s + 20, self.budget.left_s()),
                         mark=lambda what: at.update({what: server.processor_s()}))
        if len(at) != 2:
            raise Failed("the client did not say when it counted")
        return numbers(figure, out, at["end"] - at["begin"])


def _ended(server):
    try:
        server.check_alive()
        return ""
    except Failed as ended:
        return f"; {ended}"


def numbers(figure, out, server_s):
    """Of what the client said, and the processor time of the server while it counted."""
    jobs = max(out["counted"], 1)
    all_ = {"per_second": out["counted"] / out["seconds"] if out["seconds"] else 0,
            "p50_us": out["p50_us"], "p99_us": out["p99_us"],
            "server_us": server_s * 1e6 / jobs, "client_us": out["client_s"] * 1e6 / jobs}
    return {name: all_[name] for name in (figure.main, *figure.numbers) if name in all_}
