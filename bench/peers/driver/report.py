"""What the rounds gave, as a table, as a small table for documents, and as JSON lines."""

import json

from driver.figures import MILLION_FIGURE
from driver.spread import by_round, ratios, spread

FSYNC_TITLE = "fdatasync of 4 KiB on the same disk, before each figure: microseconds"
HEADS = {"per_second": "a second", "p50_us": "p50 us", "p99_us": "p99 us",
         "p50_to_fsync": "p50/fsync", "server_us": "server us/job", "client_us": "client us/job",
         "first_job_ms": "first job ms", "resident_mib": "resident MiB",
         "fill_per_second": "filled a second"}


def text(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 \
        else f"{value:.2f}"


def _between(values, form=text):
    s = spread(values)
    return f"{form(s['lowest'])}-{form(s['highest'])}"


def error_of(results, figure, peer):
    errors = [run.error for run in results.runs
              if run.figure == figure and run.peer == peer and run.error]
    return errors[0] if errors else ""


def table(results, peers, figures, facts):
    """A block for each figure, a line for each peer: medians; of the main number the spread too."""
    out = [facts_line(facts), ""]
    fsync = by_round(results.runs, "fsync", "disk", "p50_us")
    if fsync:
        p99 = by_round(results.runs, "fsync", "disk", "p99_us")
        out += [f"{FSYNC_TITLE}: p50 {text(spread(fsync.values())['median'])} "
                f"({_between(fsync.values())}), p99 {text(spread(p99.values())['median'])} "
                f"({_between(p99.values())})", ""]
    for figure in [*figures, MILLION_FIGURE]:
        rows = [_row(results, figure, peer) for peer in peers]
        if any(run.figure == figure.name for run in results.runs):
            heads = ["", HEADS[figure.main], "lowest-highest", "to daybook", "lowest-highest",
                     "runs", *(HEADS[n] for n in figure.numbers)]
            out += [figure.title, *_aligned([heads, *rows]), ""]
    if results.counts:
        kinds = list(next(iter(results.counts.values())))
        rows = [[name, *(f"{n:.1f}" for n in c.values())] for name, c in results.counts.items()]
        out += ["system calls of the server for one lone create, less those while idle",
                *_aligned([["", *kinds], *rows]), ""]
    out += [_about(peer) for peer in peers] + results.notes
    return "\n".join(out) + "\n"


def _row(results, figure, peer):
    if figure.name in peer.lacks:
        return [peer.name, f"- ({peer.lacks[figure.name]})"]
    values = by_round(results.runs, figure.name, peer.name, figure.main)
    if not values:
        return [peer.name, error_of(results, figure.name, peer.name) or "-"]
    ratio = ratios(results.runs, figure.name, peer.name, figure.main).values()
    cells = [peer.name, text(spread(values.values())["median"]), _between(values.values()),
             f"{spread(ratio)['median']:.2f}" if ratio else "-",
             _between(ratio, "{:.2f}".format) if ratio else "-", str(len(values))]
    for number in figure.numbers:
        found = by_round(results.runs, figure.name, peer.name, number).values()
        cells.append(text(spread(found)["median"]) if found else "-")
    error = error_of(results, figure.name, peer.name)
    return cells + ([f"  one or more runs: {error}"] if error else [])


def _aligned(rows):
    """The first column to the left, others to the right; what stands alone in a row is not cut."""
    names = max(len(row[0]) for row in rows)
    columns = len(rows[0])
    full = [row for row in rows if len(row) >= columns]
    widths = [max(len(row[i]) for row in full) for i in range(1, columns)]
    out = []
    for row in rows:
        cells = row[1:] if len(row) < columns else \
            [c.rjust(w) for c, w in zip(row[1:], widths)] + row[columns:]
        out.append("  ".join([row[0].ljust(names), *cells]).rstrip())
    return out


def _about(peer):
    client = "compiled client" if peer.client == "compiled" else "Node client"
    return "; ".join([f"{peer.name}: {peer.versions}", client, peer.durability,
                      peer.engine.shown_command()])


def facts_line(facts):
    return (f"{facts['cpu']}, {facts['cores']} cores, {facts['kernel']}, {facts['filesystem']}; "
            f"commit {facts['commit']}; {facts['time']}; {facts['parameters']['rounds']} rounds of "
            f"{facts['parameters']['seconds']} s")


def summary(results, peers, figures):
    """Markdown: figures down, peers across; the median, and in brackets the ratio to Daybook."""
    out = ["| figure | " + " | ".join(peer.name for peer in peers) + " |",
           "|---|" + "---|" * len(peers)]
    for figure in [*figures, MILLION_FIGURE]:
        if not any(run.figure == figure.name for run in results.runs):
            continue
        for number in (figure.main, *(n for n in figure.numbers
                                      if n in ("p99_us", "server_us", "resident_mib"))):
            cells = [_cell(results, figure, peer, number) for peer in peers]
            name = f"`{figure.name}` {HEADS[number]}"
            out.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(out) + "\n"


def _cell(results, figure, peer, number):
    values = by_round(results.runs, figure.name, peer.name, number)
    if not values:
        return "-" if figure.name in peer.lacks else \
            error_of(results, figure.name, peer.name).partition(":")[0] or "-"
    out = text(spread(values.values())["median"])
    ratio = ratios(results.runs, figure.name, peer.name, number)
    return out if peer.name == "daybook" or not ratio else \
        f"{out} ({spread(ratio.values())['median']:.2f})"


def lines(results, peers, figures, facts):
    """One JSON line for each figure and peer, in the form of bench/results."""
    fsync = {n: list(by_round(results.runs, "fsync", "disk", n).values())
             for n in ("p50_us", "p99_us")}
    head = {**facts, **{f"fsync{n[:3].upper()}Us": spread(v)["median"] if v else 0
                        for n, v in fsync.items()}}
    out = []
    for figure in [*figures, MILLION_FIGURE]:
        for peer in peers:
            runs = [r for r in results.runs if r.figure == figure.name and r.peer == peer.name]
            if not runs:
                continue
            numbers = {}
            for number in (figure.main, *figure.numbers):
                values = by_round(runs, figure.name, peer.name, number).values()
                ratio = ratios(results.runs, figure.name, peer.name, number).values()
                if values:
                    numbers[number] = _rounded(spread(values))
                if ratio and peer.name != "daybook":
                    numbers[f"{number}_to_daybook"] = _rounded(spread(ratio))
            if figure.name == "create1":
                for kind, calls in results.counts.get(peer.name, {}).items():
                    numbers[f"{kind}_calls"] = _rounded(spread([calls]))
            out.append(json.dumps({
                "name": f"peers/{figure.name}", **head,
                "parameters": {**facts["parameters"], "peer": peer.name, "version": peer.versions,
                               "client": peer.client, "durability": peer.durability,
                               "command": peer.engine.shown_command(),
                               **{k: str(v) for k, v in figure.options.items()}},
                "runs": sum(1 for r in runs if r.numbers), "numbers": numbers,
                "notes": sorted({r.error for r in runs if r.error})},
                separators=(",", ":")))
    return out


def _rounded(s):
    return {k: float(f"{v:.4g}") if v < 1000 else round(v) for k, v in s.items()}
