"""WHAT BECOMES WHAT, WHEN: every choice of every block is valued, then one per block is chosen, with proof.

    setting     a portfolio, its scenarios and its hours: values per MW of a mine and of a hall
    choices     what each block may become: stay, renew its fleet, new mine, leased hall, own cloud
    options     one choice carried out: dates, draws, lines of cash
    own_cloud   the machines of an own cloud: ordered to a date (machine_orders), and what their wait costs (price_of_waiting)
    supply      contracts and generators by month
    renewal     the rule by which worn-out fleets follow one another
    coupling    what blocks of one site share, by state of the site
    instance    the planning problem as arrays
    plan        mean-CVaR by subset cuts, with a bound
    decide      from portfolio to plan
    programme   the chosen plan dispatched in full, at each scenario's dates
    financing   one loan for each leased hall
    decisions   the plan in words
    site_year   beside all this: one site's hours of one year, with everything that its supply can do, for the dispatch
                (year_hours, site_loads, mining_tiers, demand_charges, site_year_facts are its parts)

Left out so far: plans that wait for news (a tree with re-plan dates), triggers and the value of waiting, powered shells and
sales of blocks, building generation or enlarging a connection, mining cash as a source of capital, concentration on one
customer, tenants who leave a late hall, opening book value of machines, any value of halls after the last month of the
study, and a choice of idle months that knows the power contract of the site.
"""
