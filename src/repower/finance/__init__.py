"""Who pays and who is paid: cash flows by line, month and scenario, and what they are worth.

Arrays have dimensions scenario S and month M. Money is nominal USD, positive to us, and flows at the end of its month.
The room knows lines of cash, not plans: megawatts, months and dates are given to it.

    timeline        discount factors, price indices, calendar years
    cashflow        lines of cash that add up to a statement
    revenue         rent of a hall, income of a GPU cloud
    capex           the bill of works, spread over the months they take; unused life of machines at the end
    depreciation    straight line, by class of asset
    tax             income tax, with losses at once or carried forward
    debt            one loan, sculpted to its cover and capped by gearing
    delay           that loan at each scenario's own dates
    rate_of_return  internal rates of return, and why there is none
    metrics         value, payback, multiples and covers

Left out: several tranches and refinancing, reserve accounts (debt service, maintenance), equipment leases and
sale-and-leaseback, convertible notes, the three statements, limits on the deduction of interest, deferred tax,
working capital, value added tax, foreign exchange, and any value after the last month of the study but the unused life of
machines (credited at cost, untaxed).
"""
