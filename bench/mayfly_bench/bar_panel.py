"""Horizontal bars with their values."""

import dataclasses

from mayfly_bench.svg import element, text

ROW = 28
BAR = 16
HEADING = 30
VALUE_WIDTH = 74
LABEL_WIDTH = 158
# A bar this many times as long as the next is cut, so that the others can be told apart.
CUT_FACTOR = 6


@dataclasses.dataclass(frozen=True)
class Bar:
    label: str
    value: float
    colour: str  # a class of svg.STYLE


def bar_panel(x, y, width, heading, hint, bars):
    """`hint`: which way is better, say. The bars are written `1,234`."""
    parts = [text(x, y + 12, heading, "heading"), text(x + width, y + 12, hint, "quiet", "end")]
    longest = scale(bars)
    room = width - LABEL_WIDTH - VALUE_WIDTH
    for i, bar in enumerate(bars):
        parts += one_bar(bar, x + LABEL_WIDTH, y + HEADING + i * ROW, room, longest)
    return parts


def scale(bars):
    """The value that a bar of full length stands for."""
    values = sorted(bar.value for bar in bars)
    if len(values) > 1 and values[-1] > CUT_FACTOR * values[-2]:
        return values[-2] * 1.6
    return values[-1] if values else 1


def one_bar(bar, x, y, room, longest):
    length = max(2.0, min(1, bar.value / longest) * room)
    parts = [
        text(x - 10, y + 12.5, bar.label, anchor="end"),
        element("rect", x=x, y=y, width=float(room), height=BAR, rx=3, class_="track"),
        element("rect", x=x, y=y, width=length, height=BAR, rx=3, class_=f"{bar.colour} bar"),
    ]
    if bar.value > longest:
        parts.append(element("path", d=f"M{x + room - 26} {y + BAR + 1} l6 -{BAR + 2} h5 l-6 {BAR + 2} z", class_="gap"))
    parts.append(text(x + room + 8, y + 12.5, f"{bar.value:,.0f}", "value"))
    return parts
