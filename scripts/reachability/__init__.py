"""Who reaches whom in a network, and what must change where nobody does: pure, offline, complete."""
