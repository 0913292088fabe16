"""Repairs of route tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.reachability.model import Network, Route


@dataclass(frozen=True)
class CreateRoute:
    """A route that is missing; ``component`` is the route table."""

    component: str
    route: Route

    def apply(self, network: Network) -> Network:
        """The table with one route more."""
        table = network.route_tables[self.component]
        return network.having(replace(table, routes=(*table.routes, self.route)))


@dataclass(frozen=True)
class ReplaceRoute:
    """The route to a destination leads elsewhere: ``route`` takes the place of ``old``."""

    component: str
    route: Route
    old: Route

    def apply(self, network: Network) -> Network:
        """The table with the one in the place of the other."""
        table = network.route_tables[self.component]
        routes = tuple(self.route if each == self.old else each for each in table.routes)
        return network.having(replace(table, routes=routes))


@dataclass(frozen=True)
class DeleteRoute:
    """A route that takes packets away from a better one is removed."""

    component: str
    route: Route

    def apply(self, network: Network) -> Network:
        """The table without it."""
        table = network.route_tables[self.component]
        left = tuple(each for each in table.routes if each != self.route)
        return network.having(replace(table, routes=left))


@dataclass(frozen=True)
class AssociateEndpoint:
    """A gateway endpoint gets its route into a table; ``component`` is the endpoint."""

    component: str
    table: str
    route: Route

    def apply(self, network: Network) -> Network:
        """Endpoint and table know each other."""
        endpoint = network.endpoints[self.component]
        table = network.route_tables[self.table]
        return network.having(
            replace(endpoint, route_tables=(*endpoint.route_tables, self.table)),
            replace(table, routes=(*table.routes, self.route)),
        )
