"""System calls of a server for one lone create, by strace -c, less those while it is idle."""

import re
import shutil
import signal
import subprocess
import time

from driver.process import Failed, descendants, with_parent

KINDS = {
    "futex": r"futex\w*",
    "epoll": r"epoll_p?wait2?",
    "read": r"p?read(v|64|v2)?",
    "write": r"p?write(v|64|v2)?|send(to|msg)",
    "sync": r"f(data)?sync|sync_file_range",
}
_JOBS = 50
_PAUSE_S = 0.01


def available():
    return shutil.which("strace") is not None


def parse(text):
    """{system call: calls} of the table that strace -c prints."""
    out = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 5 and re.fullmatch(r"[\d.]+", words[0]) and words[-1] != "total":
            out[words[-1]] = out.get(words[-1], 0) + int(words[3])
    return out


def by_kind(calls):
    return {kind: sum(n for name, n in calls.items() if re.fullmatch(pattern, name))
            for kind, pattern in KINDS.items()}


def lone_create(bench, peer):
    """{kind: calls for one create}; the server rests 10 ms between two."""
    directory = bench.data(peer)
    server = None
    try:
        server = bench.serve(peer, directory)
        client = bench.clients[peer.name]
        client.run(server.port, {"figure": "prepare"}, deadline=30)
        load = {"figure": "create", "jobs": _JOBS, "pause": _PAUSE_S}
        client.run(server.port, load, deadline=30)  # first times are no lone ones
        began = time.monotonic()
        busy = _traced(server, lambda: client.run(server.port, load, deadline=30))
        took = time.monotonic() - began
        idle = _traced(server, lambda: time.sleep(took))
        return {kind: max(0, busy[kind] - idle[kind]) / _JOBS for kind in KINDS}
    finally:
        if server:
            server.stop()
        bench.done_with(peer, directory)


def _traced(server, work):
    pids = [server.pid, *(pid for pid, _ in descendants(server.pid))]
    out = server.log.parent / "strace"
    command = ["strace", "-f", "-c", "-o", str(out)]
    for pid in pids:
        command += ["-p", str(pid)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, start_new_session=True,
                               preexec_fn=with_parent(signal.SIGINT))
    try:
        _wait_attached(server, process)
        work()
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    return by_kind(parse(out.read_text() if out.exists() else ""))


def _wait_attached(server, process, seconds=5):
    status = f"/proc/{server.pid}/status"
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and process.poll() is None:
        with open(status, encoding="ascii", errors="replace") as lines:
            if any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in lines):
                time.sleep(0.2)  # its other threads
                return
        time.sleep(0.01)
    raise Failed("strace could not attach")
