"""Which servers there are, how each is started durably, and what its answers then promise."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from driver.process import Failed, Server, answers, free_port

SYNCED = "synced before the answer"


@dataclass
class Peer:
    name: str
    engine: object          # starts its server
    client: str             # "compiled" or "node"
    protocol: str           # the client's name of it
    durability: str
    library: str = ""       # npm package, of a peer that is a library
    lacks: dict = field(default_factory=dict)  # figure -> why it has no such thing


class Engine:
    """A kind of server. `program` is looked for in PATH and where Debian puts daemons."""
    program = ""
    flags = ""              # of the version

    def __init__(self, program=None):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        self.path = shutil.which(program or self.program, path=path)

    def installed(self):
        return None if self.path else f"{self.program} is not installed"

    def version(self):
        return first_line([self.path, self.flags])

    def fill(self, directory):
        """Makes what must be in an empty data directory."""

    def server(self, directory, port=None):
        port = port or free_port()
        return Server(self.command(directory, port), port, directory.parent / "server.log")

    def shown_command(self):
        _, *words = map(str, self.command(Path("DIR"), "PORT"))
        return " ".join([self.program, *(word or "''" for word in words)])


class Daybook(Engine):
    program = "daybook"

    def __init__(self, program, store=None):
        super().__init__(str(program))
        self.store = store

    def version(self):
        done = subprocess.run([self.path, "version", "-o", "table"], capture_output=True,
                              text=True, timeout=10)
        return done.stdout.strip() or "daybook, version unknown"

    def fill(self, directory):
        if self.store:
            subprocess.run(["cp", "-a", "--reflink=auto", f"{self.store}/.", str(directory)],
                           check=True)

    def command(self, directory, port):
        program = Path(self.path).resolve() if self.path else "daybook"
        return [str(program), "serve", "--data-dir", str(directory),
                "--listen", f"127.0.0.1:{port}"]


class Beanstalkd(Engine):
    program, flags = "beanstalkd", "-v"

    def command(self, directory, port):
        return [self.path, "-l", "127.0.0.1", "-p", str(port), "-b", str(directory), "-f", "0"]


class Redis(Engine):
    program, flags = "redis-server", "--version"

    def command(self, directory, port):
        return [self.path, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory),
                "--save", "", "--appendonly", "yes", "--appendfsync", "always"]

    def version(self):
        return " ".join(super().version().split()[:3])


class Nats(Engine):
    program, flags = "nats-server", "--version"

    def syncs_always(self):
        """`sync_interval: always` came with 2.10; before, a stream is synced every minute or so."""
        found = re.search(r"(\d+)\.(\d+)\.\d+", self.version()) if self.path else None
        return bool(found) and (int(found[1]), int(found[2])) >= (2, 10)

    def settings(self, directory):
        sync = ", sync_interval: always" if self.syncs_always() else ""
        return f"jetstream {{ store_dir: \"{directory}\"{sync} }}\n"

    def fill(self, directory):
        (directory / "nats.conf").write_text(self.settings(directory))

    def command(self, directory, port):
        return [self.path, "-a", "127.0.0.1", "-p", str(port), "-c", str(directory / "nats.conf")]

    def shown_command(self):
        return f"{super().shown_command()} ({self.settings('DIR').strip()})"


class Postgres(Engine):
    program, flags = "postgres", "--version"

    def __init__(self):
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
        self.bin = bins[-1] if bins else Path("/usr/bin")
        super().__init__(self.bin / "postgres")
        # It refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self._made = None

    def installed(self):
        if super().installed():
            return super().installed()
        if self.user and not any(u.pw_name == self.user for u in pwd.getpwall()):
            return "there is no user postgres to run it as"
        return None

    def fill(self, directory):
        """initdb takes a second: it runs once, and is copied."""
        if not self._made:
            self._made = directory.parent.parent / "postgres"
            self._made.mkdir(mode=0o700)
            self._own(self._made)
            done = subprocess.run(
                [self.bin / "initdb", "-D", self._made, "-U", "peers", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync"],
                capture_output=True, text=True, user=self.user, cwd="/", timeout=60,
                extra_groups=[] if self.user else None)
            if done.returncode != 0:
                self._made = None
                raise Failed(f"initdb: {done.stderr.strip()[-300:]}")
        subprocess.run(["cp", "-a", f"{self._made}/.", str(directory)], check=True)
        directory.chmod(0o700)
        self._own(directory)

    def _own(self, directory):
        if self.user:
            shutil.chown(directory, self.user)

    def command(self, directory, port):
        return [str(self.path), "-D", str(directory), "-p", str(port), "-h", "127.0.0.1", "-k", "",
                "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "max_connections=300"]

    def server(self, directory, port=None):
        port = port or free_port()
        # SIGINT: at once, in order. SIGQUIT: at once.
        return Server(self.command(directory, port), port, directory.parent / "server.log",
                      ready=self._ready, user=self.user, stop=signal.SIGINT,
                      with_parent_signal=signal.SIGQUIT)

    def _ready(self, port):
        return answers(port) and subprocess.run(
            [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)],
            timeout=10).returncode == 0


def first_line(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def all_peers(daybook, store):
    redis, postgres, nats = Redis(), Postgres(), Nats()
    as_daybook = {f: "as daybook" for f in ("create1", "create64", "bulk1", "bulk4", "million")}
    by_library = {"cycle100": "takes one job at a time"}
    out = [Peer("daybook", Daybook(daybook), "compiled", "daybook", SYNCED)]
    out.append(Peer("daybook-socket", Daybook(daybook), "compiled", "daybook-socket", SYNCED,
                    lacks=as_daybook))
    if store:
        out.append(Peer("daybook-old", Daybook(daybook, store), "compiled", "daybook", SYNCED))
    return out + [
        Peer("beanstalkd", Beanstalkd(), "compiled", "beanstalkd",
             SYNCED + "; taking a job is not written"),
        Peer("redis-lists", redis, "compiled", "redis", SYNCED),
        Peer("nats-jetstream", nats, "compiled", "nats",
             SYNCED if nats.syncs_always() else "NOT SYNCED: handed to the kernel"),
        Peer("bullmq", redis, "node", "bullmq", SYNCED, "bullmq", by_library),
        Peer("graphile-worker", postgres, "node", "graphile-worker", SYNCED, "graphile-worker"),
        Peer("pg-boss", postgres, "node", "pg-boss", SYNCED, "pg-boss"),
    ]


def warn(text):
    print(f"bench/peers: {text}", file=sys.stderr)
