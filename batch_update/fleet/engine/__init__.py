"""Dask as the engine of a fleet: the one door to `distributed`."""
