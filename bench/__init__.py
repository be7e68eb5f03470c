"""How fast the product is, beside the database alone and the plain library in the same minutes.

make bench                       every measure, its history in bench/results, and the targets (bench/targets.toml)
make bench MEASURES=loads        one of them; `python -m bench --list` names them, `--gate` fails where one is missed
python -m bench.workload         what follows from the model of an authority's years (bench/workload.toml)
python -m bench.county --pages --memory     ten years of a county: every page, and rebuilds
python -m bench.national         the nation's authorities beside each other
"""
