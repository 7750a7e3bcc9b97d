"""The comparer: five questions about a broker, and an answer that gives its reasons."""
