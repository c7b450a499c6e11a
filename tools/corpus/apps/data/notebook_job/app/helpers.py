def total(table):
    return int(table.a.sum())
