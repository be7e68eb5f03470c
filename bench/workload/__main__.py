"""`python -m bench.workload [schools] [years]`: what follows from the model, and how fast it is made."""

from __future__ import annotations

import sys
from collections import Counter
from time import perf_counter

from bench.workload.model import read_model
from bench.workload.years import history
from projections.codec import stored


def main(schools: int | None = None, years: int = 1) -> None:
    model = read_model()
    schools = schools or model.sizes.authority
    topics: Counter[str] = Counter()
    state = meta = 0
    began = perf_counter()
    for event in history(model, schools, years=years):
        topics[event.TOPIC] += 1
        record = stored(event)
        state, meta = state + len(record.state), meta + len(record.meta)
    seconds = perf_counter() - began
    total = topics.total()
    for topic, number in sorted(topics.items()):
        print(f"{topic:<45}{number:>9,}")
    print(f"{total:,} events of {schools:,} schools, made and encoded in {seconds:.1f} s: {total / seconds:,.0f} /s")
    print(f"bytes an event: {state / total:,.0f} of state, {meta / total:,.0f} of meta")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
