"""The REST interface, `/v1`."""
