"""Starts servers, drives them by the load clients, makes the table; ../README.md says how."""
