"""Benchmarks: protocols of the literature, how fast training is, and the tables of what was measured."""
