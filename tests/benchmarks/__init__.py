"""The benchmarks still measure what they say. How fast anything is, no test asks."""
