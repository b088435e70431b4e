"""How the work stands, one source, and what workers ask for."""
