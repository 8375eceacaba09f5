"""The files for portals, checked by the portals' own packages. Nothing of a portal runs here: no server, no browser."""
