"""WHAT THE WORLD PAYS: hourly series from files, shapes, hashprice, moist air, and synthetic places for the demo.

Left out so far: ancillary markets, real-time markets beside the day-ahead one, feeds during a study, shapes that change over the
years of a study, rents and lease deals as data.
"""
