"""Bridges: each follows the log and sends its events on to Kafka, RabbitMQ or EventBridge.

`addresses` reads EVENT_BRIDGES, `forward` moves a bridge along the log, and `kafka`, `rabbitmq` and
`eventbridge` are each the `sink` for one kind of broker, `guarded` by a circuit breaker.
"""
