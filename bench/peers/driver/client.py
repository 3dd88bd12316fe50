"""The load clients, compiled and Node: one process for each run, one line of JSON as its result."""

import json
import os
import select
import signal
import subprocess
import time

from driver.process import Failed, with_parent


# After its own deadline a client has so long to say so.
_GRACE_S = 10


class Client:
    """How a peer is driven: the command without the figure's options."""

    def __init__(self, command, peer):
        self._command, self._peer = command, peer

    def _start(self, port, options, **streams):
        words = [*self._command, "--peer", self._peer, "--port", str(port)]
        for name, value in options.items():
            words += [f"--{name}", str(value)]
        return subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, preexec_fn=with_parent(signal.SIGKILL), **streams)

    def run(self, port, options, *, deadline, mark=None):
        """The numbers that it printed; `deadline` is its own, in seconds, ours is a little later.

        `mark` is called with "begin" and "end" when it says so: where counting begins and ends."""
        process = self._start(port, {**options, "deadline": deadline}, stdin=subprocess.DEVNULL)
        return _result(process, deadline + _GRACE_S, mark)

    def first(self, port, *, deadline, between):
        """When a worker held the first job, in nanoseconds of the monotonic clock.

        `between(go)` is called once the client is ready; it begins when `go()` is."""
        process = self._start(port, {"figure": "first", "deadline": deadline},
                              stdin=subprocess.PIPE)
        try:
            if process.stdout.readline().strip() != "ready":
                raise Failed(f"the client did not begin: {process.stderr.read().strip()[-400:]}")

            def go():
                process.stdin.write("go\n")
                process.stdin.flush()
            between(go)
            return _result(process, deadline + _GRACE_S)["held_at_ns"]
        finally:
            _end(process)


def _result(process, timeout, mark=None):
    try:
        last = ""
        for line in _lines(process.stdout, time.monotonic() + timeout):
            if line not in ("begin", "end"):
                last = line
            elif mark:
                mark(line)
        err = process.stderr.read().strip()
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        raise Failed("the client hung and was killed") from None
    finally:
        _end(process)
    if process.returncode != 0:
        raise Failed(err.splitlines()[-1][-400:] if err else
                     f"the client ended with {process.returncode}")
    try:
        return json.loads(last)
    except ValueError:
        raise Failed(f"the client printed no result: {last[-200:]}") from None


def _lines(stream, ends):
    """Each line as it comes, until the other side closes; TimeoutExpired when it does not."""
    rest = b""
    while True:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([stream], [], [], left)[0]:
            raise subprocess.TimeoutExpired("client", left)
        block = os.read(stream.fileno(), 65536)
        if not block:
            return
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.decode(errors="replace").strip() for line in whole)


def _end(process):
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:
                pass
