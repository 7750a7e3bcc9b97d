"""Checks that the benchmarks still measure what they claim; not how fast anything is."""
