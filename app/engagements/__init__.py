"""Engagements: the work that is proposed, offered, agreed and begun, with its price."""
