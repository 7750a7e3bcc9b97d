"""Attachments: the diagrams and documents that a prospect adds to an application."""
