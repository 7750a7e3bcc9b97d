"""An application at any moment of its life: how it stood, what changed it and who (`moments`), and
because of what (`causes`)."""
