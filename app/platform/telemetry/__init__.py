"""Traces: the ids that join them (`context`), their `spans`, and the export to a collector
(`setup`, `otlp`)."""
