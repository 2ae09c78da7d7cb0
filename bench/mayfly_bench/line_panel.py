"""Latency percentiles as lines, on a logarithmic scale."""

import dataclasses
import math

from mayfly_bench.svg import element, text

PLOT_HEIGHT = 170
HEADING = 34
AXIS = 26
SCALE_WIDTH = 52
LABEL_WIDTH = 160
LABEL_GAP = 15  # between the labels of two lines


@dataclasses.dataclass(frozen=True)
class Line:
    label: str
    millis: tuple  # one for each tick
    colour: str  # a class of svg.STYLE


def height():
    return HEADING + PLOT_HEIGHT + AXIS


def line_panel(x, y, width, heading, hint, ticks, lines):
    parts = [text(x, y + 12, heading, "heading"), text(x + width, y + 12, hint, "quiet", "end")]
    if not lines:
        return [*parts, text(x, y + 40, "not measured", "quiet")]
    plot = Plot(x + SCALE_WIDTH, y + HEADING, width - SCALE_WIDTH - LABEL_WIDTH, len(ticks), [ms for line in lines for ms in line.millis])
    parts += plot.grid(ticks)
    for line in lines:
        parts += plot.line(line)
    return parts + plot.labels(lines)


class Plot:
    def __init__(self, x, y, width, ticks, millis):
        self._x = x
        self._y = y
        self._width = width
        self._ticks = ticks
        self._low = math.floor(math.log10(max(min(millis), 0.001)))
        self._high = max(math.ceil(math.log10(max(*millis, 0.001))), self._low + 1)

    def at(self, tick):
        # A little room beside the first and the last.
        return self._x + 14 + (self._width - 28) * tick / max(self._ticks - 1, 1)

    def height_of(self, millis):
        share = (math.log10(max(millis, 0.001)) - self._low) / (self._high - self._low)
        return self._y + PLOT_HEIGHT * (1 - share)

    def grid(self, ticks):
        parts = []
        for decade in range(self._low, self._high + 1):
            y = self.height_of(10**decade)
            parts.append(element("line", x1=self._x, x2=self._x + self._width, y1=y, y2=y, class_="grid"))
            parts.append(text(self._x - 8, y + 4, f"{10**decade:g} ms", "quiet", "end"))
        return parts + [text(self.at(i), self._y + PLOT_HEIGHT + 19, tick, "quiet", "middle") for i, tick in enumerate(ticks)]

    def line(self, line):
        points = [(self.at(i), self.height_of(ms)) for i, ms in enumerate(line.millis)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = [element("circle", cx=x, cy=y, r=3.5, class_=f"{line.colour} dot") for x, y in points]
        return [element("polyline", points=path, class_=f"{line.colour} line"), *dots]

    def labels(self, lines):
        """At the lines' ends, moved apart where they would overlap."""
        parts = []
        free = self._y - LABEL_GAP
        for line in sorted(lines, key=lambda line: -line.millis[-1]):
            y = free = max(self.height_of(line.millis[-1]), free + LABEL_GAP)
            parts.append(element("circle", cx=self._x + self._width + 6, cy=y, r=4, class_=f"{line.colour} dot"))
            parts.append(text(self._x + self._width + 15, y + 4, line.label))
        return parts
