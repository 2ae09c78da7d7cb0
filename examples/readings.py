import statistics

import outliers


def summarize(event):
    values = event["values"]
    return {"mean": statistics.mean(values), "outliers": outliers.find(values)}
