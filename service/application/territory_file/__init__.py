"""The territory file, `tourderole/territory@1`: a whole territory as one JSON document, read and written."""
