"""Notifications: mail, written as a durable row by a subscriber and sent from there."""
