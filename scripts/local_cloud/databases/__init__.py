"""Real database servers, one private process per RDS DB instance.

``servers.DatabaseServers`` is the way in; ``model`` holds what goes in and out; ``parameters`` knows the DB
parameter groups' families; ``binaries`` finds the servers' programs.
"""
