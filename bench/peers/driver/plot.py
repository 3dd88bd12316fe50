"""The main number of every figure as bars, one panel a figure, in SVG; PNG by rsvg-convert."""

import shutil
import subprocess
from html import escape

from driver.figures import MILLION_FIGURE
from driver.report import text
from driver.spread import by_round, spread

_WIDTH, _COLUMNS, _GAP = 1240, 2, 30
_NAMES, _VALUES, _ROW, _HEAD = 120, 150, 22, 44
_STYLE = """
text { font: 12px 'DejaVu Sans', sans-serif; fill: #222; }
.title { font-weight: bold; }
.small { font-size: 11px; fill: #666; }
.bar { fill: #9db4c8; } .bar.own { fill: #c8553d; } .bar.weak { fill: #dcdcdc; }
.range { stroke: #333; stroke-width: 1.5; }
"""


def svg(results, peers, figures, facts_line):
    panels = [p for f in [*figures, MILLION_FIGURE] if (p := _rows(results, peers, f))]
    width = (_WIDTH - _GAP * (_COLUMNS + 1)) / _COLUMNS
    height = _HEAD - 14 + _ROW * max((len(rows) for _, rows in panels), default=0)
    down = (len(panels) + _COLUMNS - 1) // _COLUMNS
    total = 60 + down * (height + _GAP) + 30
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{total}" '
           f'viewBox="0 0 {_WIDTH} {total}">', f"<style>{_STYLE}</style>",
           f'<rect width="{_WIDTH}" height="{total}" fill="white"/>',
           f'<text class="small" x="{_GAP}" y="28">{escape(facts_line)}</text>',
           f'<text class="small" x="{_GAP}" y="44">Bars: median of the rounds. Lines: lowest to '
           'highest. Grey: answers before it is synced. Jobs a second: longer is better; times: '
           'shorter is better.</text>']
    for i, (figure, rows) in enumerate(panels):
        x = _GAP + (i % _COLUMNS) * (width + _GAP)
        y = 60 + (i // _COLUMNS) * (height + _GAP)
        out += _panel(figure, rows, x, y, width)
    return "\n".join([*out, "</svg>"]) + "\n"


def _rows(results, peers, figure):
    rows = []
    for peer in peers:
        values = by_round(results.runs, figure.name, peer.name, figure.main)
        if values:
            kind = "own" if peer.name.startswith("daybook") else \
                "weak" if peer.durability.startswith("NOT") else ""
            rows.append((peer.name, kind, spread(values.values())))
    return (figure, rows) if rows else None


def _panel(figure, rows, x, y, width):
    span = width - _NAMES - _VALUES
    most = max(s["highest"] for _, _, s in rows) or 1
    out = [f'<text class="title" x="{x:.0f}" y="{y + 18:.0f}">{escape(figure.title)}</text>']
    for i, (name, kind, s) in enumerate(rows):
        top = y + _HEAD - 14 + i * _ROW
        left = x + _NAMES
        middle = top + (_ROW - 6) / 2
        low, high = (left + span * s[k] / most for k in ("lowest", "highest"))
        out += [f'<text x="{left - 8:.0f}" y="{top + 12:.0f}" text-anchor="end">{name}</text>',
                f'<rect class="bar {kind}" x="{left:.0f}" y="{top:.0f}" height="{_ROW - 6}" '
                f'width="{span * s["median"] / most:.1f}"/>',
                f'<line class="range" x1="{low:.1f}" x2="{high:.1f}" y1="{middle:.1f}" '
                f'y2="{middle:.1f}"/>',
                f'<text x="{max(high, left) + 8:.0f}" y="{top + 12:.0f}">{text(s["median"])}'
                '</text>']
    return out


def png(svg_file, png_file):
    """False when there is no program that draws it."""
    if not shutil.which("rsvg-convert"):
        return False
    return subprocess.run(["rsvg-convert", "-o", str(png_file), str(svg_file)],
                          timeout=60).returncode == 0
