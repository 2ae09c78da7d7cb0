"""The report as Markdown."""

from mayfly_soak.watch import Sample

ROWS_MAX = 16

# (name, what is shown of a sample, digits behind the point)
MEASURES = [
    ("server, resident MiB", lambda s: s.server_rss, 1),
    ("server, proportional MiB", lambda s: s.server_pss, 1),
    ("server, open files", lambda s: s.server_files, 0),
    ("server, threads", lambda s: s.server_threads, 0),
    ("zygotes, proportional MiB", lambda s: s.zygotes_pss, 1),
    ("zygotes, open files", lambda s: s.zygotes_files, 0),
    ("workers", lambda s: s.workers, 0),
    ("workers, proportional MiB, sum", lambda s: s.workers_pss, 1),
    ("a worker, proportional MiB, mean", lambda s: s.worker_pss, 2),
    ("workers, open files, sum", lambda s: s.workers_files, 0),
    ("processes, all", lambda s: s.processes, 0),
    ("processes that are dead and not reaped", lambda s: s.dead, 0),
]


def report(seen, facts):
    tally = seen.tally
    sections = [
        f"**{verdict(tally)}**",
        call_table(seen.kinds, tally),
        "What the server and its processes hold while no call is in flight, after the warm-up and at the end:",
        rest_table(*seen.at_rest),
        "And under load:",
        load_table(seen.samples),
        "\n".join(f"- {name}: {value}" for name, value in facts.items()),
    ]
    if tally.faults:
        sections.append("\n".join(["The first calls that ended as they should not:", "", *(f"- `{fault}`" for fault in tally.faults)]))
    return "\n\n".join(sections) + "\n"


def verdict(tally):
    return f"{tally.calls:,} calls, {tally.unexpected.total():,} that ended as they should not, {tally.wrong_answers:,} wrong answers"


def call_table(kinds, tally):
    lines = ["| callers | what they do | calls | unexpected | outcomes |", "|---|---|--:|--:|---|"]
    for kind in kinds:
        outcomes = tally.outcomes[kind.name]
        named = ", ".join(f"{name} {times:,}" for name, times in outcomes.most_common())
        unexpected = tally.unexpected[kind.name]
        lines.append(f"| {kind.callers} {kind.name} | {kind.what} | {outcomes.total():,} | {f'**{unexpected:,}**' if unexpected else 0} | {named} |")
    return "\n".join(lines)


def rest_table(first: Sample, last: Sample):
    lines = [f"| what | after {first.seconds:.0f} s | after {last.seconds:.0f} s | drift |", "|---|--:|--:|--:|"]
    for name, of, digits in MEASURES:
        lines.append(f"| {name} | {of(first):,.{digits}f} | {of(last):,.{digits}f} | {of(last) - of(first):+,.{digits}f} |")
    return "\n".join(lines)


def load_table(samples):
    shown = spread(samples)
    heads = ["seconds", "calls", *(name for name, _, _ in MEASURES)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "--:|" * len(heads)]
    for sample in shown:
        cells = [f"{sample.seconds:.0f}", f"{sample.calls:,}", *(f"{of(sample):,.{digits}f}" for _, of, digits in MEASURES)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def spread(samples):
    """At most so many of them, the first and the last among them."""
    if len(samples) <= ROWS_MAX:
        return samples
    return [samples[round(n * (len(samples) - 1) / (ROWS_MAX - 1))] for n in range(ROWS_MAX)]
