"""The catalog of events for staff: what each type means, what it carries, who acts on it."""
