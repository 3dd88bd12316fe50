"""Sums one column of a CSV file by another: parameters `file`, `by`, `column`."""
import collections
import csv
import json
import sys

parameters = json.load(sys.stdin)["parameters"]
sums = collections.defaultdict(float)
rows = 0
with open(parameters["file"], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        sums[row[parameters["by"]]] += float(row[parameters["column"]])
        rows += 1
print(json.dumps({"rows": rows, "sums": {name: round(total, 2) for name, total in sorted(sums.items())}}))
