"""THE FLOW AS ONE SENTENCE: `run` a portfolio, `save` the study, `open` it again; the bundled demo.

Left out: studies of one room alone, comparison of two studies, runs on a cluster.
"""
