"""The staff's catalog of event types: what each means, what it carries, who subscribes to it."""
