"""Why a connection fails: the network's verdict, then each layer above it, as far as it can be judged."""
