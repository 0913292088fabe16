"""Snapshots of the whole local cloud: saved into a folder of the user's, loaded into a new life.

``saving`` and ``loading`` run in the command line, ``inside`` in LocalStack's process. ``shelf`` is where the
snapshots lie, ``manifest`` says what one is and whether it can be loaded, ``moves`` follows addresses.
"""
