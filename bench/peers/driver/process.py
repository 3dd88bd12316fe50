"""One server: started in a directory of its own, measured by /proc, stopped by its own id."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_STOP_S = 10
_POLL_S = 0.005


class Failed(Exception):
    """A run that gave no number, and why."""


def with_parent(sig):
    """For a child, between fork and exec: it gets `sig` when this process ends, however it ends."""
    def child():
        _LIBC.prctl(_PR_SET_PDEATHSIG, sig)
    return child


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0 and not is_to_itself(s)


def is_to_itself(s):
    """Nobody listens there yet, and the kernel chose that very port for our end: TCP connects the two."""
    return s.getsockname() == s.getpeername()


class Server:
    """`with Server(…) as server`: it runs inside, and is gone afterwards."""

    def __init__(self, command, port, log, *, ready=answers, user=None, stop=signal.SIGTERM,
                 with_parent_signal=signal.SIGKILL):
        self.command, self.port, self.log = command, port, Path(log)
        self._ready, self._user, self._stop = ready, user, stop
        self._with_parent = with_parent_signal
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        try:
            self.spawn()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def spawn(self):
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, user=self._user, extra_groups=[] if self._user else None,
                cwd=self.log.parent, preexec_fn=with_parent(self._with_parent))

    def wait_ready(self, seconds=60):
        ends = time.monotonic() + seconds
        while not self._ready(self.port):
            self.check_alive()
            if time.monotonic() > ends:
                raise Failed(f"did not serve within {seconds} s: {self.last_words()}")
            time.sleep(_POLL_S)
        self.check_alive()  # or another listens on its port

    def check_alive(self):
        if self._process.poll() is not None:
            raise Failed(f"the server ended with {self._process.returncode}: {self.last_words()}")

    def last_words(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        lines = text.strip().splitlines()
        return " | ".join(lines[-3:])[-400:] or "it said nothing"

    def stop(self):
        """In order; when that takes too long, not."""
        if self._process is None:
            return
        tree = descendants(self.pid) if self._process.poll() is None else []
        if self._process.poll() is None:
            self._process.send_signal(self._stop)
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        wait_gone(tree)
        self._process = None

    def kill(self):
        """SIGKILL, and every process that it had started is gone."""
        tree = descendants(self.pid)
        self._process.kill()
        self._process.wait()
        wait_gone(tree)
        self._process = None

    def processor_s(self):
        """User and system time of the whole tree, also of children that have ended."""
        self.check_alive()
        total = 0.0
        for pid in [self.pid, *(p for p, _ in descendants(self.pid))]:
            stat = _stat(pid)
            # utime stime cutime cstime: fields 14 to 17 of proc(5).
            total += sum(int(x) for x in stat[11:15]) * _TICK_S if stat else 0
        return total

    def resident_bytes(self):
        """Of the whole tree; a page that several share counts once (Pss)."""
        total = 0
        for pid in [self.pid, *(p for p, _ in descendants(self.pid))]:
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            total += sum(int(line.split()[1]) * 1024 for line in text.splitlines()
                         if line.startswith("Pss:"))
        return total

    def wait_rested(self, seconds):
        """Until it takes less than 10 ms of processor time in half a second."""
        ends = time.monotonic() + seconds
        before = self.processor_s()
        while time.monotonic() < ends:
            time.sleep(0.5)
            after = self.processor_s()
            if after - before < 0.01 + _TICK_S / 2:
                return
            before = after


def _stat(pid):
    """The fields of /proc/PID/stat after the name; None when the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def descendants(root):
    """(process id, start time) of all below `root`: the two together name one process for ever."""
    parents = {}
    for entry in os.listdir("/proc"):
        stat = _stat(entry) if entry.isdigit() else None
        if stat:
            parents.setdefault(int(stat[1]), []).append((int(entry), stat[19]))
    out, open_ = [], [root]
    while open_:
        children = parents.get(open_.pop(), [])
        out += children
        open_ += [pid for pid, _ in children]
    return out


def wait_gone(processes, seconds=_STOP_S):
    """Children of a server that has ended end too; those that do not are killed, each by its id."""
    def left():
        return [(pid, started) for pid, started in processes
                if (stat := _stat(pid)) and stat[19] == started and stat[0] != "Z"]
    ends = time.monotonic() + seconds
    while left() and time.monotonic() < ends:
        time.sleep(_POLL_S)
    for pid, _ in left():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
