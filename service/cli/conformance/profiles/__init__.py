"""An answer held against official profiles, as their publisher compiled them: snapshots that lie in a folder."""
