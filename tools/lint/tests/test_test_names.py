"""A name that two tests of a build have is found."""

import unittest

from test_names import repeated


class TestNames(unittest.TestCase):
    def test_repeated(self):
        self.assertEqual(repeated("  Test  #1: A.B\n  Test #12: A.C\n  Test #13: A.B\n"), ["A.B"])

    def test_none(self):
        self.assertEqual(repeated("Test project /b\n  Test #1: A.B\n\nTotal Tests: 1\n"), [])


if __name__ == "__main__":
    unittest.main()
