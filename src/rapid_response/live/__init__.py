"""Incidents as they arrive."""
