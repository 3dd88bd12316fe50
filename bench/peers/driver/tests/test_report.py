"""Medians, ratios within a round, the table, the lines, the plot, and what strace printed."""

import json
import unittest
from xml.etree import ElementTree

from driver import counts, plot, report
from driver.figures import Run
from driver.rounds import Results
from driver.spread import ratios, spread
from driver.tests import fakes

FACTS = {"time": "2026-01-01T00:00:00Z", "commit": "abc", "cpu": "a <fast> one", "cores": 2,
         "memoryBytes": 1, "kernel": "Linux 6", "filesystem": "ext4",
         "parameters": {"rounds": "3", "seconds": "1"}}
STRACE = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000300           3       100         2 futex
 30.00    0.000200           2        50           epoll_wait
 10.00    0.000100           2         7           pread64
------ ----------- ----------- --------- --------- ----------------
100.00    0.000600           2       157         2 total
"""


def results():
    out = Results()
    for r, (daybook, other) in enumerate([(100.0, 200.0), (50.0, 200.0), (100.0, 50.0)]):
        for peer, value in (("daybook", daybook), ("b", other)):
            out.runs.append(Run("create1", peer, r, {
                "per_second": value, "p50_us": 5.0, "p99_us": 9.0, "server_us": 1.0,
                "client_us": 2.0}))
        out.runs.append(Run("fsync", "disk", r, {"p50_us": 100.0 + r, "p99_us": 200.0}))
    out.runs.append(Run("create1", "c", 0, {}, "failed: it broke"))
    out.counts = {"daybook": {"futex": 6.0}}
    return out


PEERS = [fakes.peer("daybook"), fakes.peer("b"), fakes.peer("c"),
         fakes.peer("d", lacks={"create1": "creates nothing"})]
FIGURES = [fakes.FIGURE]


class Numbers(unittest.TestCase):
    def test_a_spread_is_median_lowest_highest(self):
        self.assertEqual(spread([3, 1, 2]), {"median": 2, "lowest": 1, "highest": 3})

    def test_a_ratio_is_of_the_same_round(self):
        self.assertEqual(ratios(results().runs, "create1", "b", "per_second"),
                         {0: 2.0, 1: 4.0, 2: 0.5})

    def test_a_round_without_the_base_has_no_ratio(self):
        runs = [r for r in results().runs if (r.peer, r.round) != ("daybook", 1)]
        self.assertEqual(ratios(runs, "create1", "b", "per_second"), {0: 2.0, 2: 0.5})


class Reports(unittest.TestCase):
    def test_the_table_has_medians_spread_ratio_and_reasons(self):
        text = report.table(results(), PEERS, FIGURES, FACTS)
        line = next(x for x in text.splitlines() if x.startswith("b "))
        self.assertEqual(line.split()[:6], ["b", "200", "50.0-200", "2.00", "0.50-4.00", "3"])
        self.assertIn("failed: it broke", text)
        self.assertIn("- (creates nothing)", text)
        self.assertIn("p50 101 (100-102)", text)

    def test_the_summary_has_the_ratio_in_brackets(self):
        text = report.summary(results(), PEERS, FIGURES)
        self.assertIn("| `create1` a second | 100 | 200 (2.00) | failed | - |", text)

    def test_each_line_says_what_it_is_of(self):
        lines = [json.loads(x) for x in report.lines(results(), PEERS, FIGURES, FACTS)]
        self.assertEqual([x["parameters"]["peer"] for x in lines], ["daybook", "b", "c"])
        daybook, b, c = lines
        self.assertEqual(b["name"], "peers/create1")
        self.assertEqual(b["fsyncP50Us"], 101)
        self.assertEqual(b["runs"], 3)
        self.assertEqual(b["numbers"]["per_second_to_daybook"],
                         {"median": 2, "lowest": 0.5, "highest": 4})
        self.assertEqual(daybook["numbers"]["futex_calls"]["median"], 6)
        self.assertEqual(c["notes"], ["failed: it broke"])

    def test_the_plot_is_xml_with_a_bar_for_each_peer_that_has_numbers(self):
        root = ElementTree.fromstring(plot.svg(results(), PEERS, FIGURES, "a <b>"))
        bars = [e for e in root.iter("{http://www.w3.org/2000/svg}rect") if e.get("class")]
        self.assertEqual(len(bars), 2)

    def test_nothing_measured_is_a_table_and_a_plot_all_the_same(self):
        empty = Results()
        self.assertIn("daybook 1.0", report.table(empty, PEERS, FIGURES, FACTS))
        self.assertEqual(report.lines(empty, PEERS, FIGURES, FACTS), [])
        ElementTree.fromstring(plot.svg(empty, PEERS, FIGURES, ""))


class Strace(unittest.TestCase):
    def test_calls_are_counted_with_and_without_errors(self):
        self.assertEqual(counts.parse(STRACE), {"futex": 100, "epoll_wait": 50, "pread64": 7})

    def test_calls_are_gathered_by_kind(self):
        kinds = counts.by_kind({"futex": 1, "epoll_wait": 2, "epoll_pwait2": 3, "epoll_ctl": 9,
                                "read": 4, "pread64": 5, "readlink": 9, "fdatasync": 6})
        self.assertEqual(kinds, {"futex": 1, "epoll": 5, "read": 9, "write": 0, "sync": 6})
