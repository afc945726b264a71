"""Runs: a training in a process of its own, told by its folder."""
