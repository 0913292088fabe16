locals {
  zones = toset(var.availability_zones)

  # A subnet's place in its tier follows from its zone's letter, never from its position in the list.
  zone_place = { for zone in local.zones : zone => index(["a", "b", "c", "d", "e", "f", "g", "h"], trimprefix(zone, var.region)) }

  tier_cidrs = var.tier_cidrs != null ? var.tier_cidrs : {
    public      = cidrsubnet(var.vpc_cidr, 2, 0)
    application = cidrsubnet(var.vpc_cidr, 2, 1)
    database    = cidrsubnet(var.vpc_cidr, 2, 2)
  }

  subnet_cidrs = {
    for tier, cidr in local.tier_cidrs : tier => { for zone, place in local.zone_place : zone => cidrsubnet(cidr, 3, place) }
  }

  home_zone = var.availability_zones[0]

  nat_zones = {
    none     = toset([])
    single   = toset([local.home_zone])
    per_zone = local.zones
  }[var.nat_gateway]
}
