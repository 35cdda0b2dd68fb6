"""Percentiles and tables."""
import statistics


def percentile(values, share):
    """The value below which that share (0 to 1) of the values is, by nearest rank."""
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def spread(values):
    """p50, p99 and the largest, as text with two decimals."""
    return [f"{value:.2f}" for value in (statistics.median(values), percentile(values, 0.99), max(values))]


def table(heads, rows):
    """Prints a Markdown table, padded for reading."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(heads), *rows]) for i in range(len(heads))]
    line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
    print("\n".join(["", line(heads), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows), ""]))


class Targets:
    """Counts what is promised and not kept. Speed depends on the machine: with `--strict` a miss is an error."""

    def __init__(self, strict):
        self.strict, self.missed = strict, []

    def expect(self, sentence, held):
        print(f"{'kept  ' if held else 'MISSED'} {sentence}")
        if not held:
            self.missed.append(sentence)

    def close(self):
        if self.strict and self.missed:
            raise SystemExit(f"{len(self.missed)} targets missed")
