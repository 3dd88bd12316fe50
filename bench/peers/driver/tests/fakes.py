"""A server and a client for tests: Python one-liners in the place of the real ones."""

import sys
from pathlib import Path

from driver.client import Client
from driver.figures import Bench, Figure
from driver.peers import Peer
from driver.process import Server, free_port
from driver.rounds import Budget

LISTEN = """
import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("serving", flush=True)
while True:
    s.accept()
"""
RESULT = ('{"jobs": 10, "counted": 8, "seconds": 2.0, "samples": 8, "p50_us": 1.5, "p99_us": 9.0, '
          '"client_s": 0.5}')
GOOD = f"print('begin'); print('end'); print('{RESULT}')"
FIGURE = Figure("create1", "create: jobs a second", {"figure": "create"})


class FakeEngine:
    program, path = "fake", sys.executable

    def __init__(self, script=LISTEN):
        self.script = script
        self.servers = []

    def installed(self):
        return None

    def fill(self, directory):
        (directory / "data").write_text("something")

    def server(self, directory, port=None):
        port = port or free_port()
        out = Server([self.path, "-c", self.script, str(port)], port,
                     Path(directory).parent / "server.log")
        self.servers.append(out)
        return out

    def shown_command(self):
        return "fake PORT"


def peer(name="daybook", engine=None, **more):
    out = Peer(name, engine or FakeEngine(), "compiled", name, "synced", **more)
    out.versions = f"{name} 1.0"
    return out


def bench(scratch, script=GOOD, peers=("daybook",)):
    """Every client, also the one that prepares, runs `script`."""
    clients = {name: Client([sys.executable, "-c", script], name) for name in peers}
    return Bench(Path(scratch), clients, 0.1, Budget(60), 1000)
