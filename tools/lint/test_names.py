"""No two tests of a build share a name: ctest gives the properties of both, labels too, to each.

    test_names.py CTEST BUILD_DIRECTORY
"""

import collections
import re
import subprocess
import sys


def repeated(listing):
    names = re.findall(r"^ *Test +#\d+: (.+)$", listing, re.MULTILINE)
    return [name for name, count in collections.Counter(names).items() if count > 1]


def main():
    listing = subprocess.run([sys.argv[1], "--test-dir", sys.argv[2], "-N"], check=True,
                             capture_output=True, text=True).stdout
    names = repeated(listing)
    for name in names:
        print(f"{name}: two tests have this name; give the executable of one a prefix")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
