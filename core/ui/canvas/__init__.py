"""The canvas: what is drawn on it, what was drawn before, and the mirror that answers meanwhile."""
