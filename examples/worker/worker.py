#!/usr/bin/env python3
"""A worker on a connection of its own (docs/worker-protocol.md), with nothing but the standard library.

    worker.py http://127.0.0.1:7070 resize --credits 100

Does jobs until it is ended, or as many as --jobs says: here a job's result is its parameters. A server that asks for
tokens is shown the one of DAYBOOK_TOKEN.
"""

import argparse
import base64
import json
import os
import socket
import struct
import threading
import time
import urllib.parse


class WebSocket:
    """As much of RFC 6455 as a client of one server needs."""

    def __init__(self, url, path, protocol):
        at = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((at.hostname, at.port or 80))
        self.sending = threading.Lock()
        self.reading = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        token = os.environ.get("DAYBOOK_TOKEN", "")
        # Programs of exec components have their attempt's token under that name: not the server's to see.
        bearer = f"Authorization: Bearer {token}\r\n" if token.startswith("db_") else ""
        self.socket.sendall((
            f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {protocol}\r\n{bearer}\r\n").encode())
        status = self.reading.readline().decode().strip()
        if " 101 " not in status:
            raise SystemExit(f"no WebSocket: {status}")
        while self.reading.readline().strip():
            pass

    def send(self, payload, kind=1):
        mask = os.urandom(4)
        size = len(payload)
        head = struct.pack("!BB", 0x80 | kind, 0x80 | size) if size < 126 else \
            struct.pack("!BBH", 0x80 | kind, 0xFE, size) if size < 65536 else \
            struct.pack("!BBQ", 0x80 | kind, 0xFF, size)
        pad = mask * (size // 4 + 1)
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad[:size], "big")).to_bytes(size, "big")
        with self.sending:
            self.socket.sendall(head + mask + masked)

    def receive(self):
        """The next message; None when the server said goodbye."""
        out = b""
        while True:
            first, size = struct.unpack("!BB", self.reading.read(2))
            if size >= 126:
                size = struct.unpack("!H", self.reading.read(2))[0] if size == 126 else \
                    struct.unpack("!Q", self.reading.read(8))[0]
            payload = self.reading.read(size)
            kind = first & 0x0F
            if kind == 9:
                self.send(payload, 10)
            elif kind == 8:
                self.send(payload, 8)
                print("goodbye:", payload[2:].decode() or struct.unpack("!H", payload[:2])[0])
                return None
            elif kind < 3:
                out += payload
                if first & 0x80:
                    return out


def work(job):
    return job["parameters"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server")
    parser.add_argument("definitions", nargs="+")
    parser.add_argument("--credits", type=int, default=100, help="jobs that it holds at most")
    parser.add_argument("--jobs", type=int, default=0, help="ends after so many")
    options = parser.parse_args()

    wire = WebSocket(options.server, "/resources/workers/connect", "daybook.worker.v1")

    def say(*frames):
        wire.send(json.dumps(frames).encode())

    def renew():
        while True:
            time.sleep(10)
            say({"type": "heartbeat", "id": 0})

    threading.Thread(target=renew, daemon=True).start()
    say({"type": "hello", "workerId": f"example-{os.getpid()}",
         "subscriptions": [{"definitions": options.definitions, "credits": options.credits}]})
    reports = done = 0
    while not options.jobs or done < options.jobs:
        message = wire.receive()
        if message is None:
            return
        for frame in json.loads(message):
            if frame["type"] == "jobs" and frame["jobs"]:
                reports += 1
                say({"type": "report", "id": reports,
                     "reports": [{"token": job["token"], "result": work(job)} for job in frame["jobs"]]})
            elif frame["type"] == "reported":
                for result in frame["results"]:
                    print(result.get("jobId", result["token"]), result.get("outcome") or result["error"]["code"])
                done += len(frame["results"])
            elif frame["type"] == "error":
                print(frame["error"]["code"], frame["error"]["message"])
    wire.send(struct.pack("!H", 1000), 8)


if __name__ == "__main__":
    main()
