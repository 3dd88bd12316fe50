"""A million jobs that wait: memory, and from SIGKILL to a worker that holds the first of them."""

import os
import time

_FILL_S = 300
_FIRST_S = 120
# An old store has its own backlog: it gets a few jobs that a worker may take.
_OLD = 1_000


def measure_million(bench, peer):
    directory = bench.data(peer)
    old = getattr(peer.engine, "store", None)
    server = None
    try:
        server = bench.serve(peer, directory)
        client = bench.clients[peer.name]
        client.run(server.port, {"figure": "prepare"}, deadline=30)
        filled = client.run(server.port,
                            {"figure": "create", "connections": 4, "batch": 1000,
                             "jobs": _OLD if old else bench.million_jobs},
                            deadline=min(_FILL_S, bench.budget.left_s()))
        server.wait_rested(30)
        out = {"fill_per_second": filled["counted"] / filled["seconds"],
               "resident_mib": server.resident_bytes() / 2**20}
        os.sync()
        out["first_job_ms"] = _kill_and_wait(server, client, bench)
        return out
    finally:
        if server:
            server.stop()
        bench.done_with(peer, directory)


def _kill_and_wait(server, client, bench):
    killed = 0

    def between(go):
        nonlocal killed
        killed = time.monotonic_ns()
        server.kill()
        server.spawn()
        go()

    held = client.first(server.port, deadline=min(_FIRST_S, bench.budget.left_s()),
                        between=between)
    return (held - killed) / 1e6
