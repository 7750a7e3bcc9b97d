"""Notifications: mail, written as a durable row by a subscriber and sent from there. What staff are
mailed is told to their channel too (app/chat)."""
