"""Bridges: the log, followed to its end and sent on to Kafka, RabbitMQ, EventBridge.

`addresses` reads EVENT_BRIDGES, `forward` moves a bridge along the log, and `kafka`, `rabbitmq` and
`eventbridge` are each the `sink` for one kind of broker, `guarded` by a circuit.
"""
