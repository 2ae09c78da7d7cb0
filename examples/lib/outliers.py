import statistics


def find(values, deviations=2):
    middle, spread = statistics.mean(values), statistics.stdev(values)
    return [value for value in values if abs(value - middle) > deviations * spread]
