"""Tests of the driver: python3 -m unittest discover -s driver/tests -t . in bench/peers."""
