"""SIGKILL at any moment: nothing acknowledged is lost, nothing refused appears, a repeated key gives one outcome.

Kills the real binary again and again while clients create, lease, complete and cancel jobs. The ledger of
acknowledgements lives in this process, outside the server. After every restart each acknowledgement of the last round
and a sample of the older ones is presented to /resources/log/verify; at the end the whole ledger and the log are checked.

    python3 tests/crash/kill_test.py --daybook build/release/bin/daybook --kills 200
"""

import argparse
import collections
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

Ack = collections.namedtuple("Ack", "seq hash job")


class Server:
    """One data directory and the process that serves it."""

    def __init__(self, binary, data_dir, log_path):
        self.binary, self.data_dir = binary, data_dir
        self.log = open(log_path, "ab")
        self.process = None
        self.address = None

    def start(self):
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data-dir", self.data_dir, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on http://"):
            raise SystemExit(f"the server did not start: {line!r}; see its log")
        host, port = line.strip().removeprefix("listening on http://").rsplit(":", 1)
        self.address = (host, int(port))
        return time.monotonic() - begin

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code


class Client:
    """A keep-alive connection; call() returns (status, body) or None when the answer never came."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(*address, timeout=20)

    def call(self, method, path, body=None, key=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        try:
            data = json.dumps(body) if body is not None else None
            self.connection.request(method, path, data, headers)
            response = self.connection.getresponse()
            text = response.read()
            return response.status, (json.loads(text) if text else {})
        except (OSError, http.client.HTTPException, ValueError):
            self.connection.close()
            return None


class Ledger:
    """What the server acknowledged, and the requests whose outcome is unknown."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acks = []
        self.unknown = {}  # key → body of the request
        self.job_of_key = {}
        self.faults = []

    def acknowledge(self, body, job, key=None):
        with self.lock:
            self.acks.append(Ack(body["seq"], body["hash"], job))
            if key:
                before = self.job_of_key.setdefault(key, job)
                if before != job:
                    self.faults.append(f"key {key} gave two jobs: {before} and {job}")

    def fault(self, text):
        with self.lock:
            self.faults.append(text)


def create_jobs(server, ledger, number, stop):
    """Creates jobs one by one; some are cancelled at once."""
    client, rng, count = Client(server.address), random.Random(number), 0
    while not stop.is_set():
        count += 1
        key = f"{number}-{count}-{time.monotonic_ns()}"
        body = {"jobDefinitionId": "crash", "parameters": {"n": count}}
        answer = client.call("POST", "/resources/jobs", body, key)
        if answer is None:
            with ledger.lock:
                ledger.unknown[key] = body
            return
        status, reply = answer
        if status != 201:
            if status not in (429, 503):
                ledger.fault(f"POST answered {status}: {reply}")
            continue
        ledger.acknowledge(reply, reply["jobId"], key)
        if rng.random() < 0.1:
            answer = client.call("DELETE", f"/resources/jobs/{reply['jobId']}")
            if answer and answer[0] == 200 and "hash" in answer[1]:
                ledger.acknowledge(answer[1], reply["jobId"])


def work(server, ledger, stop):
    """An outside worker: leases, completes; some attempts are left open on purpose."""
    client, rng = Client(server.address), random.Random(99)
    while not stop.is_set():
        answer = client.call("POST", "/resources/workers/lease",
                             {"definitions": ["crash"], "max": 20, "waitMs": 50, "workerId": "w1"})
        if answer is None:
            return
        reports = [{"token": job["token"], "result": {"ok": True}}
                   for job in answer[1].get("jobs", []) if rng.random() < 0.9]
        if not reports:
            continue
        answer = client.call("POST", "/resources/workers/complete", reports)
        if answer is None:
            return
        for report in answer[1].get("results", []):
            if "hash" in report:
                ledger.acknowledge(report, report.get("jobId"))


def check_acks(server, ledger, acks):
    """Presents receipts to the server: is each still part of this history?"""
    client, lost = Client(server.address), []
    for ack in acks:
        path = f"/resources/log/verify?seq={ack.seq}&hash={ack.hash}"
        answer = client.call("GET", path)
        patience = time.monotonic() + 60
        while (answer is None or answer[0] == 503) and time.monotonic() < patience:  # busy: "try again"
            answer = client.call("GET", path)
        if answer is None or answer[0] != 200 or answer[1].get("verified") is not True:
            lost.append((ack, answer))
    return lost


def settle_unknown(server, ledger):
    """Repeats every request of unknown outcome with its key: exactly one outcome must come of it."""
    client = Client(server.address)
    for key, body in list(ledger.unknown.items()):
        answer = client.call("POST", "/resources/jobs", body, key)
        if answer and answer[0] == 201:
            ledger.acknowledge(answer[1], answer[1]["jobId"], key)
            again = client.call("POST", "/resources/jobs", body, key)
            if not again or again[1].get("jobId") != answer[1]["jobId"]:
                ledger.fault(f"key {key} answered differently the second time: {again}")
            del ledger.unknown[key]


def set_up(server):
    client = Client(server.address)
    for path, body in [("/resources/components/crash", {"runtime": "worker"}),
                       ("/resources/job-definitions/crash",
                        {"componentId": "crash", "leaseDuration": "2s",
                         "retry": {"maxAttempts": 1000, "backoff": {"initial": "10ms"}}})]:
        answer = client.call("PUT", path, body)
        if answer is None or answer[0] not in (200, 201):
            raise SystemExit(f"PUT {path} answered {answer}")


def one_round(server, ledger, rng, clients):
    stop = threading.Event()
    threads = [threading.Thread(target=create_jobs, args=(server, ledger, rng.getrandbits(32), stop))
               for _ in range(clients)]
    threads.append(threading.Thread(target=work, args=(server, ledger, stop)))
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.02, 0.30))
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()


def final_checks(args, server, ledger):
    lost = check_acks(server, ledger, ledger.acks)
    if server.stop() != 0:
        ledger.fault("the server did not stop cleanly")
    verify = subprocess.run([args.daybook, "log", "verify", "--data-dir", server.data_dir],
                            capture_output=True, text=True)
    print(verify.stdout.strip())
    if verify.returncode != 0:
        ledger.fault(f"log verify: {verify.stdout} {verify.stderr}")
    replay = subprocess.run([args.daybook, "replay", "--compare", "--data-dir", server.data_dir],
                            capture_output=True, text=True)
    print(replay.stdout.strip())
    if replay.returncode != 0:
        ledger.fault(f"replay: {replay.stdout} {replay.stderr}")
    return lost


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--daybook", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("DAYBOOK_SEED", time.time_ns() % 2**32)))
    args = parser.parse_args()
    rng, ledger = random.Random(args.seed), Ledger()
    print(f"seed {args.seed}", flush=True)
    root = tempfile.mkdtemp(prefix="daybook-kill-")
    server = Server(args.daybook, os.path.join(root, "data"), os.path.join(root, "server.log"))
    lost, restarts = [], []
    try:
        server.start()
        set_up(server)
        for kill in range(1, args.kills + 1):
            before = len(ledger.acks)
            one_round(server, ledger, rng, args.clients)
            restarts.append(server.start())
            fresh = ledger.acks[before:]
            lost += check_acks(server, ledger, rng.sample(fresh, min(len(fresh), 60)))
            lost += check_acks(server, ledger, rng.sample(ledger.acks, min(len(ledger.acks), 10)))
            settle_unknown(server, ledger)
            if kill % 20 == 0:
                print(f"{kill} kills, {len(ledger.acks)} acknowledgements, {len(lost)} lost", flush=True)
        lost += final_checks(args, server, ledger)
    finally:
        if server.process.poll() is None:
            server.kill()
    restarts.sort()
    print(f"{args.kills} kills, {len(ledger.acks)} acknowledgements, {len(lost)} lost, "
          f"{len(ledger.unknown)} of unknown outcome left; restart median "
          f"{restarts[len(restarts) // 2] * 1000:.0f} ms, longest {restarts[-1] * 1000:.0f} ms")
    for item in lost[:10] + ledger.faults[:10]:
        print("FAULT:", item)
    if lost or ledger.faults or not ledger.acks:
        print(f"data kept in {root}")
        return 1
    shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
