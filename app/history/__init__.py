"""An application at any moment of its life: how it stood, what changed it, who, and because of
what."""
