# Plain Python, with its standard library.
from collections import Counter


def handler(event):
    return dict(Counter(event["text"].lower().split()).most_common(3))
