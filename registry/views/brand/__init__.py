"""How pages look: an operator's own, pictures, and what a visitor chose."""
