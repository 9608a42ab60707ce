"""WHAT THE WORLD PAYS: hourly series from files, shapes, hashprice, moist air, and synthetic places for the demo.

Left out so far: live feeds, real-time and ancillary markets, daylight saving time, filling of gaps, shapes that change over
the years of a study, rents and lease deals as data, exchange rates.
"""
