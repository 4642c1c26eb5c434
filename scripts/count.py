"""count.py LOGS [--stopped]: sums what cargo test, vitest and Playwright say in LOGS/*.log.

Prints `N passed, N failed, N skipped` alone on a line. A Rust test that finds no data to work on
passes and prints a line `skipped: …`; it is counted as skipped. With --stopped the gate did not
get to its end, so at least one thing failed.
"""

import re
import sys
from collections import Counter
from pathlib import Path

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;", re.M)
VITEST = re.compile(r"^\s*Tests\s+(.*)\(\d+\)\s*$", re.M)
PLAYWRIGHT = re.compile(r"^\s+(\d+) (passed|failed|skipped|flaky|interrupted|did not run)\b", re.M)
WORDS = re.compile(r"(\d+) (passed|failed|skipped|todo)")
KIND = {"flaky": "passed", "interrupted": "failed", "did not run": "skipped", "todo": "skipped"}


def main(folder: Path, stopped: bool) -> None:
    sums: Counter[str] = Counter()

    def text(name: str) -> str:
        path = folder / f"{name}.log"
        return ANSI.sub("", path.read_text(errors="replace")) if path.exists() else ""

    cargo = text("cargo")
    for passed, failed, ignored in CARGO.findall(cargo):
        sums.update(passed=int(passed), failed=int(failed), skipped=int(ignored))
    without_data = len(re.findall(r"^skipped: ", cargo, re.M))
    sums.update(passed=-without_data, skipped=without_data)

    for line in VITEST.findall(text("web")):
        for number, kind in WORDS.findall(line):
            sums[KIND.get(kind, kind)] += int(number)

    for number, kind in PLAYWRIGHT.findall(text("e2e")):
        sums[KIND.get(kind, kind)] += int(number)

    if stopped and sums["failed"] == 0:
        sums["failed"] = 1
    print(f"{sums['passed']} passed, {sums['failed']} failed, {sums['skipped']} skipped")


main(Path(sys.argv[1]), "--stopped" in sys.argv[2:])
