"""Runs: each trains one bundle in a process of its own, and its folder is the truth about it."""
