"""Lets `python3 -m unittest discover -s tests -t .` find the checks from tools/lint."""
