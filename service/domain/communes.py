"""Communes that have merged: an old code leads to the commune of today."""

MERGED_INTO = {
    "53014": "53062",  # Azé
    "53215": "53062",  # Saint-Fort
}
"""Former commune → commune of today, by INSEE code. Covers the merger that the reference territory shows, no more:
Château-Gontier-sur-Mayenne, born on 2019-01-01 of Château-Gontier, Azé and Saint-Fort.

Source: INSEE, Code officiel géographique, mouvements de communes of 2019-01-01. A code that stands in
no row is its own commune of today; a territory elsewhere adds its mergers here.
"""


def current_commune(insee: str) -> str:
    """The code of the commune that holds this one's land today; the same code when it never merged."""
    return MERGED_INTO.get(insee, insee)
