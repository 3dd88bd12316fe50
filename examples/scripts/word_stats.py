"""Counts the lines and words of the text file that the parameter `file` names."""
import collections
import json
import re
import sys

order = json.load(sys.stdin)
with open(order["parameters"]["file"], encoding="utf-8") as file:
    text = file.read()
words = re.findall(r"[a-z]+", text.lower())
counts = collections.Counter(word for word in words if len(word) > 3)
print(json.dumps({
    "lines": text.count("\n"),
    "words": len(words),
    "distinct": len(set(words)),
    "mostFrequent": counts.most_common(3),
}))
