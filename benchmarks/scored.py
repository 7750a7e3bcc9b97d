"""The payload of the event that every contestant stores; it has no personal data."""

SCORED = {"total": 71, "band": "strong", "recommended_kind": "build", "rubric_version": "2026-11"}
