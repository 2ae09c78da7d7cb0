"""SVG by hand: elements as text, and the colours of all charts, for light and dark pages."""

from xml.sax.saxutils import escape, quoteattr

# Classes, not attributes: a page's dark scheme can then change the colours.
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #24292f; font-size: 13px }
.card { fill: #ffffff; stroke: #d8dee4 }
.title { font-size: 19px; font-weight: 650 }
.heading { font-size: 14px; font-weight: 600 }
.quiet { fill: #656d76; font-size: 12px }
.value { font-weight: 600; font-variant-numeric: tabular-nums }
.grid { stroke: #d8dee4; stroke-width: 1 }
.track { fill: #f3f4f6 }
.ours { fill: #0f766e; stroke: #0f766e } .peer { fill: #c2693d; stroke: #c2693d }
.other { fill: #7c6fb0; stroke: #7c6fb0 } .fresh { fill: #8a949e; stroke: #8a949e }
.gap { fill: #ffffff }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
.bar, .dot { stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .card { fill: #0d1117; stroke: #30363d } .quiet { fill: #9198a1 }
  .grid { stroke: #30363d } .track { fill: #161b22 } .gap { fill: #0d1117 }
  .ours { fill: #2dd4bf; stroke: #2dd4bf } .peer { fill: #f0965f; stroke: #f0965f }
  .other { fill: #a99be0; stroke: #a99be0 } .fresh { fill: #8b949e; stroke: #8b949e }
  .line { fill: none }
}
"""


def element(name, content=None, **attributes):
    """`class_` and `stroke_width` become class and stroke-width. Numbers are rounded to tenths. Content is SVG, not text."""
    written = "".join(f" {key.rstrip('_').replace('_', '-')}={quoteattr(number(value))}" for key, value in attributes.items())
    return f"<{name}{written}/>" if content is None else f"<{name}{written}>{content}</{name}>"


def text(x, y, content, class_="", anchor="start"):
    return element("text", escape(content), x=x, y=y, class_=class_, text_anchor=anchor)


def number(value):
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def document(width, height, description, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
    card = element("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=10, class_="card")
    return "\n".join([head, element("title", escape(description)), element("style", STYLE), card, *parts, "</svg>"]) + "\n"
