"""What googletest prints."""

import re

_FAILED = re.compile(r"^\[  FAILED  \] ([\w/.]+)", re.M)
_RAN = re.compile(r"^\[ RUN      \] ([\w/.]+)", re.M)


def failed_test(said):
    """The test that failed, or else the last that began."""
    failed, ran = _FAILED.search(said), _RAN.findall(said)
    return failed[1] if failed else ran[-1] if ran else "(before the first test)"
