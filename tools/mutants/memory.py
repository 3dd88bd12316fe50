"""What became of earlier mutants, so that only survivors and what changed are tried again."""

import json
from hashlib import sha256
from pathlib import Path

from trial import ALIVE, Outcome


class Memory:
    """A file of JSON lines, one a trial; of two about one mutant the later counts."""

    def __init__(self, path):
        self._path = Path(path)
        self._outcomes = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                self._outcomes[record["key"]] = Outcome(
                    record["outcome"], record["by"], record["how"], record["processor_s"])

    def settled(self, mutation, text, equivalent):
        """The outcome that need not be found again, or None. Only a survivor may fare better the
        next time: but for one that is known to change nothing."""
        outcome = self._outcomes.get(key(mutation, text))
        return None if outcome and outcome.what == ALIVE and not equivalent else outcome

    def add(self, mutation, text, outcome):
        self._outcomes[key(mutation, text)] = outcome
        record = {"key": key(mutation, text), "path": mutation.path, "line": mutation.line,
                  "kind": mutation.kind, "before": mutation.before, "after": mutation.after,
                  "outcome": outcome.what, "by": outcome.by, "how": outcome.how,
                  "processor_s": outcome.processor}
        with open(self._path, "a", encoding="utf-8") as out:
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def key(mutation, text):
    """Of a mutation in this text of its file."""
    place = f"{mutation.path}\0{mutation.start}\0{mutation.end}\0{mutation.to}\0{text}"
    return sha256(place.encode()).hexdigest()[:24]
