"""The comparer: five questions about the broker that somebody needs, and an answer with reasons."""
