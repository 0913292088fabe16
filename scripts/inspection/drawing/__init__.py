"""A drawing of an environment: laid out by rule, the same for the same environment, as SVG and as PNG."""
