"""A run gives numbers or a reason, and leaves no process and no directory behind."""

import os
import socket
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from driver.figures import Run
from driver.process import Failed, Server, answers, descendants, free_port, is_to_itself
from driver.rounds import Rounds
from driver.tests import fakes

DIES_LATER = fakes.LISTEN.replace("while True:", "for _ in range(2):")
FORKS = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'input()'], " \
        "stdin=subprocess.PIPE)\n" + fakes.LISTEN


class Runs(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def check_nothing_left(self, engine, pids):
        self.assertEqual(list(self.scratch.iterdir()), [])
        for pid in pids:
            self.assertFalse(Path(f"/proc/{pid}").exists(), f"process {pid} is still there")
        self.assertTrue(engine.servers)

    def measure(self, engine, script=fakes.GOOD):
        """The numbers, and the ids of every server that was spawned."""
        pids = []
        real = Server.spawn

        def spawn(server):
            real(server)
            pids.append(server.pid)

        with mock.patch.object(Server, "spawn", spawn):
            try:
                return fakes.bench(self.scratch, script).measure(fakes.FIGURE,
                                                                 fakes.peer(engine=engine))
            finally:
                self.check_nothing_left(engine, pids)

    def test_a_good_run_gives_rates_and_processor_times(self):
        numbers = self.measure(fakes.FakeEngine())
        self.assertEqual(numbers["per_second"], 4)
        self.assertEqual(numbers["p99_us"], 9)
        self.assertEqual(numbers["client_us"], 62500)
        self.assertGreaterEqual(numbers["server_us"], 0)

    def test_a_server_that_does_not_start_says_why(self):
        with self.assertRaisesRegex(Failed, "ended with 3: no such disk"):
            self.measure(fakes.FakeEngine("print('no such disk'); raise SystemExit(3)"))

    def test_a_server_that_dies_during_the_run_is_named(self):
        waits = "import time; time.sleep(0.3); print('begin'); print('end'); print('{}')"
        with self.assertRaisesRegex(Failed, "the server ended with 0: serving"):
            self.measure(fakes.FakeEngine(DIES_LATER), waits + "; import socket, sys; "
                         "socket.create_connection(('127.0.0.1', int(sys.argv[4])))")

    def test_a_client_that_fails_says_why(self):
        with self.assertRaisesRegex(Failed, "^peers_load: it broke$"):
            self.measure(fakes.FakeEngine(), "raise SystemExit('peers_load: it broke')")

    def test_a_client_that_prints_nothing_has_failed(self):
        with self.assertRaisesRegex(Failed, "printed no result"):
            self.measure(fakes.FakeEngine(), "pass")

    def test_an_interrupt_stops_client_and_server(self):
        with mock.patch("driver.client.select.select", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                self.measure(fakes.FakeEngine())

    def test_a_client_that_hangs_is_killed(self):
        client = fakes.bench(self.scratch, "input = open('/dev/zero').read()").clients["daybook"]
        began = time.monotonic()
        with mock.patch("driver.client._GRACE_S", 0), self.assertRaisesRegex(Failed, "hung"):
            client.run(1, {"figure": "create"}, deadline=0.3)
        self.assertLess(time.monotonic() - began, 10)

    def test_children_of_a_server_go_with_it(self):
        engine = fakes.FakeEngine(FORKS)
        with engine.server(self.scratch / "data") as server:
            children = descendants(server.pid)
            self.assertEqual(len(children), 1)
            self.assertGreater(server.resident_bytes(), 1 << 20)
        for pid, _ in children:
            self.assertFalse(Path(f"/proc/{pid}").exists() and
                             "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2])

    def test_a_killed_server_starts_again_on_its_port(self):
        with fakes.FakeEngine().server(self.scratch / "data") as server:
            first = server.pid
            server.kill()
            server.spawn()
            server.wait_ready()
            self.assertNotEqual(server.pid, first)


class Order(unittest.TestCase):
    def test_each_round_begins_with_another_peer(self):
        asked = []
        with tempfile.TemporaryDirectory() as scratch:
            peers = [fakes.peer(name) for name in ("daybook", "b", "c")]
            bench = fakes.bench(scratch, peers=("daybook", "b", "c"))
            bench.measure = lambda figure, peer: asked.append(peer.name) or {"per_second": 1.0}
            rounds = Rounds(bench, lambda: {"p50_us": 1.0}, peers, [fakes.FIGURE], lambda _: None)
            rounds.run(3, 0, False)
        self.assertEqual("".join(name[0] for name in asked), "dbc" "bcd" "cdb")

    def test_a_failure_leaves_the_others_their_turn(self):
        def measure(_, peer):
            if peer.name == "daybook":
                raise Failed("gone")
            return {"per_second": 1.0}

        with tempfile.TemporaryDirectory() as scratch:
            peers = [fakes.peer("daybook"), fakes.peer("b")]
            bench = fakes.bench(scratch)
            bench.measure = measure
            rounds = Rounds(bench, lambda: {"p50_us": 1.0}, peers, [fakes.FIGURE], lambda _: None)
            rounds.run(1, 0, False)
        self.assertIn(Run("create1", "daybook", 0, {}, "failed: gone"), rounds.results.runs)
        self.assertIn(Run("create1", "b", 0, {"per_second": 1.0}), rounds.results.runs)
        self.assertTrue(rounds.results.failed)

    def test_what_does_not_fit_in_the_time_is_left_out(self):
        with tempfile.TemporaryDirectory() as scratch:
            bench = fakes.bench(scratch)
            bench.budget = mock.Mock(has=lambda seconds: False)
            rounds = Rounds(bench, lambda: {}, [fakes.peer()], [fakes.FIGURE], lambda _: None)
            rounds.run(1, 1, False)
        errors = [run.error for run in rounds.results.runs if run.peer == "daybook"]
        self.assertEqual(errors, ["left out: the time was over"] * 2)


class Ports(unittest.TestCase):
    def test_a_free_port_is_free(self):
        self.assertGreater(free_port(), 1023)
        self.assertLess(free_port(), 65536)

    def test_a_connection_to_itself_is_no_server(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.connect(s.getsockname())
            self.assertTrue(is_to_itself(s))

    def test_who_listens_answers(self):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            self.assertFalse(answers(port))
            listening.listen()
            self.assertTrue(answers(port))
        self.assertTrue(os.path.exists("/proc/self"))
