"""Traces: what belongs to which (`context`), its `spans`, and their way to a collector (`otlp`)."""
