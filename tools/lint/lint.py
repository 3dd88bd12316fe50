#!/usr/bin/env python3
"""Style that runs: every module of checks/ is one check.

Prints `path:line: check: what to do`; exits 1 on any.

  lint.py                    every quick check
  lint.py layers sizes       these checks
  lint.py tidy --under log/  one check, one folder
  lint.py --update-ratchet   lower the size exceptions to today's sizes
"""

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import checks
from checks import sizes
from tree import Tree

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {m.name: importlib.import_module(f"checks.{m.name}")
          for m in pkgutil.iter_modules(checks.__path__)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checks", nargs="*", metavar="check", help=", ".join(CHECKS))
    parser.add_argument("--under", default="", metavar="PATH", help="report only what begins so")
    parser.add_argument("--update-ratchet", action="store_true")
    args = parser.parse_args()
    unknown = set(args.checks) - set(CHECKS)
    if unknown:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")

    tree = Tree.load(ROOT)
    if args.update_ratchet:
        text = json.dumps(sizes.lowered(tree), indent=2, sort_keys=True)
        (ROOT / sizes.RATCHET).write_text(text + "\n", encoding="utf-8")
        return 0
    names = args.checks or [n for n, m in CHECKS.items() if not getattr(m, "ON_DEMAND", False)]
    problems = 0
    for name in names:
        for path, line, text in CHECKS[name].check(tree):
            if path.startswith(args.under):
                print(f"{path}:{line}: {name}: {text}")
                problems += 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
