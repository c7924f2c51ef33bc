"""Past incidents: read from any table by a mapping, and evaluated by the million (extra `history`)."""
