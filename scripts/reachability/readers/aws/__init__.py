"""A network from answers of the AWS API, whoever asked and wherever they were kept."""

from scripts.reachability.readers.aws.documents import COMMANDS, ENDPOINT_ADDRESSES, Command
from scripts.reachability.readers.aws.reader import network

__all__ = ["COMMANDS", "ENDPOINT_ADDRESSES", "Command", "network"]
