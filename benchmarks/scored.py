"""The payload of the event that every contestant stores; it says nothing about a person."""

SCORED = {"total": 71, "band": "strong", "recommended_kind": "build", "rubric_version": "2026-11"}
