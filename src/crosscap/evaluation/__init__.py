"""Measuring: ranks, metrics, intervals, paired tests and word translation."""
