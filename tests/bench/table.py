# SPDX-License-Identifier: Apache-2.0
"""The one table of a measurement."""
import statistics

HEAD = ("", "per s", "req/s", "p50 ms", "p99 ms", "CPU s / 1000 requests", "",
        "", "peak", "of its", "by", "bar", "")
UNDER = ("", "", "", "", "", "gate", "courier", "PostgreSQL", "MiB", "limit",
         "CPU", "", "")


def middle(rounds, *path):
    values = []
    for figures in rounds:
        for name in path:
            figures = figures[name]
        values.append(figures)
    return statistics.median(values)


def cells(name, rounds, verdict):
    row = [name, f"{middle(rounds, 'rate'):.0f}",
           f"{middle(rounds, 'requests_rate'):.0f}",
           f"{middle(rounds, 'p50_us') / 1000:.2f}",
           f"{middle(rounds, 'p99_us') / 1000:.2f}"]
    row += [f"{middle(rounds, 'cpu', part):.3f}"
            for part in ("gate", "courier", "postgresql")]
    row.append(f"{middle(rounds, 'peak_kib') / 1024:.1f}")
    if verdict is None:
        return row + [""] * 4
    by_cpu = f"{verdict['cpu_ratio']:.2f}" if "cpu_ratio" in verdict else ""
    return row + [f"{verdict['ratio']:.2f}", by_cpu, bar_words(name, verdict),
                  "holds" if verdict["holds"] else "MISSES"]


def bar_words(name, verdict):
    if name == "W3 paced":
        return f"<= {verdict['bar']}"
    return f">= {verdict['bar']:.2f}"


def order(name):
    """Limits first, then workloads; L-nginx beside L-http."""
    return (not name.startswith("L"), name.split()[0] == "L-bare", name)


def print_rows(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    widths[5] = max(len(row[5]) for row in rows if row is not rows[0])
    for row in rows:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))
                        ).rstrip())


def print_table(result, descriptions):
    verdicts = result["verdicts"]
    rows = [HEAD, UNDER]
    for name in sorted(result["rows"], key=order):
        rows.append(cells(name, result["rows"][name], verdicts.get(name)))
    print(f"\n{result['machine']}; {result['sessions']} sessions; "
          "the middle of the rounds\n")
    print_rows(rows)
    print()
    for name, words in descriptions.items():
        if name in verdicts:
            print(f"{name}: {words}; its limit is {verdicts[name]['limit']}")
    if "W3 paced" in verdicts:
        print("W3 paced: at 70 % of the maximum of its round; its ratio is p99 "
              f"over p50,\n  of the {verdicts['W3 paced']['rounds']} rounds in "
              "which the server kept up")
    for name, verdict in result["sizes"].items():
        print(f"{name}: {verdict['what']}: {verdict['size']:.1f} "
              f"{verdict['unit']}, bar <= {verdict['bar']}, "
              f"{'holds' if verdict['holds'] else 'MISSES'}")
    for name, figures in result["information"].items():
        beside = f" with {figures['clients']} clients" \
            if "clients" in figures else f" on {figures['threads']} cores"
        print(f"{name}: {figures['rate']:.0f}/s{beside} (for information)")
    for name, lines in result["profiles"].items():
        print(f"\n{name} misses its bar; where the gate spends its time:")
        print("\n".join(lines) or "(perf is not installed)")
