"""The comparer: five questions about the broker that somebody needs, and an answer with reasons: a
`comparison` by the firm's `arguments`."""
