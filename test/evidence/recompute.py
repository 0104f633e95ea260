"""Every number the evidence layer derives from the records of a run folder, once more: by NumPy, from the formulas.

    recompute.py FOLDER        prints one JSON object

Bootstrap intervals are drawn here by another generator, with ten times the draws: each end is told as the two values it
must lie between (`low`, `high`: quantiles of the drawn ratios LEVEL_SLACK to either side of 2.5 % and 97.5 %). With
2000 draws an end is a quantile within 4 deviations of 0.35 % of its level. All other numbers are exact.
"""

import itertools
import json
import math
import sys
from pathlib import Path

import numpy as np

PHASES = "spawn init read decode compute serialize send wait receive merge write teardown".split()
KINDS = dict(
    spawn="startup", init="startup", teardown="startup", serialize="ipc", send="ipc", receive="ipc", merge="ipc",
    read="read", write="write", decode="decode", compute="compute",
)  # fmt: skip
OVERHEAD = "spawn init serialize send receive merge teardown".split()
OTHER_WORK = ("prep", "fused")
DRAWS, LEVEL_SLACK = 20000, 0.014


def rank_ends(n, confidence=0.95):
    """Ranks k and n+1-k of the narrowest interval of the median that covers enough, and its coverage."""
    tail = [sum(math.comb(n, i) for i in range(k)) / 2**n for k in range(n // 2 + 1)]
    enough = [k for k in range(1, n // 2 + 1) if 1 - 2 * tail[k] >= confidence]
    return (enough[-1], n + 1 - enough[-1], 1 - 2 * tail[enough[-1]]) if enough else None


def median_with_interval(values):
    values, ends = np.sort(values), rank_ends(len(values))
    interval = ends and {"low": values[ends[0] - 1], "high": values[ends[1] - 1], "coverage": ends[2]}
    return {"value": np.median(values), "n": len(values), "interval": interval}


def student_quantile(degrees, probability=0.975):
    """By x = sqrt(degrees) tan(angle), under which the density becomes a power of a cosine."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    area = lambda angle: angle / 2 * weights @ np.cos(angle / 2 * (nodes + 1)) ** (degrees - 1)
    low, high, wanted = 0.0, math.pi / 2, (2 * probability - 1) * area(math.pi / 2)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if area(middle) < wanted else (low, middle)
    return math.sqrt(degrees) * math.tan(low)


def by_block(runs):
    blocks = {}
    for run in runs:
        blocks.setdefault(run["block"], []).append(run["wallSeconds"])
    return blocks


def ratio_of_medians(top, bottom, seed):
    """Over the blocks both have; None without one. Both sides of a draw use the same blocks."""
    blocks = sorted(set(top) & set(bottom))
    if not blocks:
        return None
    columns = []
    for side in (top, bottom):
        column = np.full((len(blocks), max(len(side[block]) for block in blocks)), np.nan)
        for row, block in zip(column, blocks):
            row[: len(side[block])] = side[block]
        columns.append(column)
    over, under = (float(np.nanmedian(column)) for column in columns)
    found = {"value": over / under, "numerator": over, "denominator": under, "blocks": len(blocks), "ends": None}
    if len(blocks) >= 6:
        chosen = np.random.default_rng(seed).integers(len(blocks), size=(DRAWS, len(blocks)))
        medians = [np.nanmedian if np.isnan(column).any() else np.median for column in columns]
        drawn = [take(column[chosen].reshape(DRAWS, -1), axis=1) for take, column in zip(medians, columns)]
        ratios, slack = drawn[0] / drawn[1], np.array([-LEVEL_SLACK, LEVEL_SLACK])
        found["ends"] = {"low": np.quantile(ratios, 0.025 + slack), "high": np.quantile(ratios, 0.975 + slack)}
        found["interval"] = np.quantile(ratios, [0.025, 0.975])
    return found


def judge(ratio, floor):
    """A difference only where the interval leaves out 1 and the ratio is beyond the A/A floor and 5 %.

    None where the ends are not known well enough to tell.
    """
    if ratio["ends"] is None or floor is None or floor["ends"] is None:
        return "indistinguishable"
    (low, low_most), (high_least, high) = ratio["ends"]["low"], ratio["ends"]["high"]
    edges = np.concatenate([floor["ends"]["high"], 1 / floor["ends"]["low"]]).reshape(2, 2)
    least, most = (max(1.05, *edge) for edge in (edges.min(axis=1), edges.max(axis=1)))
    effect = max(ratio["value"], 1 / ratio["value"])
    if (low > 1 or high < 1) and effect > most:
        return "slower" if ratio["value"] > 1 else "faster"
    return "indistinguishable" if low_most <= 1 <= high_least or effect <= least else None


def is_kept(run):
    return run["outcome"] == "ok" and run["wallSeconds"] is not None and not run["warmup"]


def timed_of(runs):
    kept = [run for run in runs if is_kept(run)]
    return [run for run in kept if not run["traced"]] or kept


def median_of(runs, read):
    values = [value for value in map(read, runs) if value is not None]
    return float(np.median(values)) if values else None


def cpu_of(run):
    parts = (run["userSeconds"], run["systemSeconds"])
    return None if None in parts else sum(parts)


def covered_seconds(spans):
    """Length of the union of the spans."""
    order = sorted((span["startSeconds"], span["endSeconds"]) for span in spans)
    ends = np.maximum.accumulate([0.0, *(end for _, end in order)])
    return sum(max(0.0, end - max(start, before)) for (start, end), before in zip(order, ends))


def decompose(run, spans):
    """Worker-seconds by phase of P workers, their shares of P*T, and the factors."""
    wall, numbers = run["wallSeconds"], sorted({span["worker"] for span in spans})
    own = {number: [span for span in spans if span["worker"] == number] for number in numbers}
    spent = {
        number: {
            phase: sum(s["endSeconds"] - s["startSeconds"] for s in own[number] if s["phase"] == phase)
            for phase in PHASES
        }
        | {"other": wall - covered_seconds(own[number])}
        for number in numbers
    }  # fmt: skip
    seconds = {phase: sum(one[phase] for one in spent.values()) for phase in (*PHASES, "other")}
    useful = np.array([spent[number]["compute"] for number in numbers])
    held = len(numbers) * wall
    factors = None
    if useful.max() > 0:
        factors = {
            "loadBalance": useful.mean() / useful.max(),
            "communicationEfficiency": useful.max() / wall,
            "parallelEfficiency": useful.sum() / held,
        }
    return {
        "runId": run["runId"],
        "wallSeconds": wall,
        "processes": len(numbers),
        "numbers": numbers,
        "useful": useful,
        "seconds": seconds,
        "shares": {phase: value / held for phase, value in seconds.items()},
        "sumOfShares": sum(seconds.values()) / held,
        "factors": factors,
        "latestEnd": max(span["endSeconds"] for span in spans),
    }


def against_sec(one, sec, workers):
    """CompS, the identity S = P (PE / PE_sec) CompS, and the parts of ln(workers / S)."""
    computing = int((one["useful"] > 0).sum())
    speedup = sec["wallSeconds"] / one["wallSeconds"]
    scaling = sec["useful"].sum() / one["useful"].sum()
    efficiency = one["factors"]["parallelEfficiency"] / sec["factors"]["parallelEfficiency"]
    communication = one["factors"]["communicationEfficiency"] / sec["factors"]["parallelEfficiency"]
    loss, among = math.log(workers / speedup), one["useful"].sum() / computing / one["useful"].max()
    shares = None
    if loss > 0:
        shares = {
            "idle": math.log(workers / computing) / loss,
            "loadBalance": -math.log(among) / loss,
            "communication": -math.log(communication) / loss,
            "computation": -math.log(scaling) / loss,
        }
    return {
        "computing": computing,
        "speedup": speedup,
        "product": one["processes"] * efficiency * scaling,
        "communication": communication,
        "computationScaling": scaling,
        "loss": loss,
        "lossShares": shares,
    }


def cut(spans, wall):
    """Lengths of the stretches between ends of spans, and what each worker is busy with in each."""
    busy = [span for span in spans if span["phase"] != "wait" and span["endSeconds"] > span["startSeconds"]]
    edges = np.unique([0.0, wall, *(min(s[end], wall) for s in busy for end in ("startSeconds", "endSeconds"))])
    doing = {span["worker"]: [None] * (len(edges) - 1) for span in spans}
    for span in busy:
        first, last = np.searchsorted(edges, [span["startSeconds"], min(span["endSeconds"], wall)])
        doing[span["worker"]][first:last] = [span["phase"]] * (last - first)
    return np.diff(edges), doing


def serial_share(spans, wall):
    """Seconds with at most one worker busy, against worker-seconds while two or more are."""
    lengths, doing = cut(spans, wall)
    busy = np.sum([[phase is not None for phase in phases] for phases in doing.values()], axis=0)
    serial = lengths[busy <= 1].sum()
    parallel = (lengths * busy)[busy >= 2].sum()
    return {"serialSeconds": serial, "parallelSeconds": parallel, "share": serial / (serial + parallel)}


def clock_of_busiest(one, spans):
    """Seconds by kind on the clock of the worker that computes most. Where it waits, what the others do counts in equal
    parts, their computing only when they do nothing else."""
    lengths, doing = cut(spans, one["wallSeconds"])
    mine = doing[one["numbers"][int(np.argmax(one["useful"]))]]
    at_work = [i for i, phase in enumerate(mine) if phase]
    clock = dict.fromkeys("compute startup ipc read write decode others idle".split(), 0.0)
    for i, length in enumerate(lengths):
        busy = [phases[i] for phases in doing.values() if phases[i]]
        if mine[i]:
            clock[KINDS[mine[i]]] += length
        elif busy:
            holding = [phase for phase in busy if phase != "compute"]
            for phase in holding:
                clock[KINDS[phase]] += length / len(holding)
            clock["others"] += 0 if holding else length
        else:
            clock["idle" if at_work[0] < i < at_work[-1] else "startup"] += length
    return clock


def pieces_of(one, spans, seconds):
    """The bar of figure A: the clock of the busiest worker in six pieces, scaled to the median of the timed runs."""
    clock = clock_of_busiest(one, spans)
    pieces = {
        "start": clock["startup"],
        "read": clock["read"] + clock["decode"],
        "move": clock["ipc"],
        "compute": clock["compute"],
        "wait": clock["others"] + clock["idle"],
        "write": clock["write"],
    }
    return {name: value * seconds / one["wallSeconds"] for name, value in pieces.items()}


def causes_of(one, spans, sec, sec_spans, alone, workers):
    """Parts of T - T_sec / W by cause, on the clock of the busiest worker; they sum to 1. None where nothing is lost.

    `sharing` is all that comes of how the computing is shared out: who computes, how much and when.
    """
    loss = one["wallSeconds"] - sec["wallSeconds"] / workers
    if against_sec(one, sec, workers)["lossShares"] is None:
        return None
    own, base = clock_of_busiest(one, spans), clock_of_busiest(sec, sec_spans)
    useful = [x["useful"].sum() for x in (one, one if workers == 1 else alone or sec, sec)]
    causes = {
        "sharing": own["compute"] - useful[0] / workers,
        "extraWork": (useful[1] - useful[2]) / workers,
        "contention": (useful[0] - useful[1]) / workers,
    }
    for kind in "startup ipc decode others idle".split():
        causes[kind] = own[kind] - base[kind] / workers
    causes["io"] = sum(own[kind] - base[kind] / workers for kind in ("read", "write"))
    shares = {name: seconds / loss for name, seconds in causes.items()}
    return {"shares": shares, "clock": own, "secClock": base, "aloneUseful": useful[1]}


def invert(ratio):
    if ratio is None:
        return None
    ends = ratio["ends"] and {"low": 1 / ratio["ends"]["high"][::-1], "high": 1 / ratio["ends"]["low"][::-1]}
    return {
        "value": 1 / ratio["value"],
        "baseSeconds": ratio["denominator"],
        "seconds": ratio["numerator"],
        "blocks": ratio["blocks"],
        "ends": ends,
    }


def median_traced(runs, spans):
    """Its decomposition and spans; of an even number of runs the lower middle one."""
    traced = [run for run in runs if is_kept(run) and run["traced"] and run["runId"] in spans]
    if not traced:
        return None
    run = sorted(traced, key=lambda one: one["wallSeconds"])[(len(traced) - 1) // 2]
    return decompose(run, spans[run["runId"]]), spans[run["runId"]]


def program_of(run):
    """What the numbers of workers of one program have in common."""
    return run.get("program") or run["label"] if run["backend"] == "peer" else run["backend"]


def knows_workers(run):
    """False of a peer that is not told how many to use."""
    return run["backend"] != "peer" or run.get("program") is not None


def recompute_level(runs, spans):
    names = dict.fromkeys(run["label"] for run in runs)
    labels = {label: [run for run in runs if run["label"] == label] for label in names}
    seconds = {label: by_block(timed_of(own)) for label, own in labels.items()}
    twins = [by_block(timed_of([run for run in runs if run["twin"] == twin])) for twin in "ab"]
    floor = ratio_of_medians(*twins, seed=1)
    traced = {label: median_traced(own, spans) for label, own in labels.items()}
    sec = traced.get("sec")
    ones = {program_of(own[0]): label for label, own in labels.items() if own[0]["workers"] == 1 and seconds[label]}
    comparable = [label for label, own in labels.items() if own[0]["backend"] not in OTHER_WORK and seconds[label]]
    configurations = {}
    for number, (label, own) in enumerate(labels.items()):
        backend, workers, timed = program_of(own[0]), own[0]["workers"], timed_of(own)
        if not timed:
            continue
        kept = [run for run in own if is_kept(run)]
        warm = [run for run in own if run["warmup"] and run["outcome"] == "ok"]
        time = median_with_interval([run["wallSeconds"] for run in timed])
        absolute = None
        if backend not in OTHER_WORK and label != "sec" and seconds.get("sec"):
            absolute = invert(ratio_of_medians(seconds[label], seconds["sec"], seed=100 + number))
        relative = None
        if backend in ones and label != ones[backend]:
            relative = invert(ratio_of_medians(seconds[label], seconds[ones[backend]], seed=200 + number))
        leading = relative if backend in OTHER_WORK else absolute
        field = lambda name: median_of(timed, lambda run: run[name])
        sampled = lambda name: median_of(kept, lambda run: run[name]) or median_of(warm, lambda run: run[name])
        read = field("bytesRead")
        found = {
            "backend": backend,
            "workers": workers,
            "seconds": time,
            "absolute": absolute,
            "relative": relative,
            "efficiency": leading and leading["value"] / workers if knows_workers(own[0]) else None,
            "cpuSeconds": median_of(timed, cpu_of),
            "sumRssBytes": sampled("sumRssBytes"),
            "peakRssBytes": sampled("peakRssBytes"),
            "ipcMessages": field("ipcMessages"),
            "ipcBytes": field("ipcBytes"),
            "megabytesPerSecond": None if read is None else read / time["value"] / 1e6,
            "decomposition": None,
        }
        if traced[label]:
            one, one_spans = traced[label]
            found["decomposition"] = one
            found["pieces"] = pieces_of(one, one_spans, time["value"])
            found["serialShare"] = serial_share(one_spans, one["wallSeconds"]) if workers > 1 else None
            told = sec and one["factors"] and sec[0]["factors"] and backend not in OTHER_WORK
            found["identity"] = against_sec(one, sec[0], workers) if told else None
            first = traced.get(ones.get(backend)) if ones.get(backend) != label else None
            if told and label != "sec":
                found["causes"] = causes_of(one, one_spans, *sec, first and first[0], workers)
        configurations[label] = found
    pairs = {
        f"{a}/{b}": ratio_of_medians(seconds[a], seconds[b], seed=300 + number)
        for number, (a, b) in enumerate(itertools.combinations(comparable, 2))
    }
    return {
        "noiseFloor": floor,
        "configurations": configurations,
        "pairs": {name: ratio and ratio | {"verdict": judge(ratio, floor)} for name, ratio in pairs.items()},
        "scaling": recompute_scaling(configurations, labels),
        "fused": recompute_fused(labels, seconds),
        "ipc": recompute_ipc(configurations, seconds),
    }  # fmt: skip


def recompute_scaling(configurations, labels):
    """Karp-Flatt of the relative speedup with three counts of workers within the cores, and Amdahl's bounds."""
    scaling, sec = {}, configurations.get("sec", {}).get("decomposition")
    for backend in dict.fromkeys(one["backend"] for one in configurations.values()):
        own = {label: one for label, one in configurations.items() if one["backend"] == backend}
        within = {label: one for label, one in own.items() if one["workers"] <= labels[label][0]["cores"]}
        spanned = [one for one in within.values() if one.get("serialShare")]
        share = max(spanned, key=lambda one: one["workers"])["serialShare"]["share"] if spanned else None
        points = {}
        for label, one in own.items():
            p, inside = one["workers"], label in within
            told = inside and p > 1 and one["relative"] and len({x["workers"] for x in within.values()}) >= 3
            karp_flatt = (1 / one["relative"]["value"] - 1 / p) / (1 - 1 / p) if told else None
            bound = None if share is None else 1 / (share + (1 - share) / p)
            overhead = overhead_bound(one, sec, labels[label][0]["cores"])
            points[label] = {"karpFlatt": karp_flatt, "amdahlBound": bound, "overheadBound": overhead}
        scaling[backend] = {"serialShare": share, "points": points}
    return scaling


def overhead_bound(one, sec, cores):
    """What is left of min(P, cores) when only the worker-seconds of overhead beyond sec's are charged."""
    own = one["decomposition"]
    if sec is None or own is None or one["backend"] in OTHER_WORK:
        return None
    seconds = max(0.0, sum(own["seconds"][phase] - sec["seconds"][phase] for phase in OVERHEAD))
    wall = sec["wallSeconds"]
    return min(own["processes"], cores) * wall / (wall + seconds)


def block_means(blocks):
    return {block: sum(values) / len(values) for block, values in blocks.items()}


def recompute_fused(labels, seconds):
    fused = {}
    workers = lambda label: labels[label][0]["workers"]
    of = lambda backend: [label for label in labels if labels[label][0]["backend"] == backend and seconds[label]]
    for label, prepare in itertools.product(of("fused"), of("prep")):
        if workers(label) != workers(prepare) or not seconds.get("sec"):
            continue
        one, prep, sec = (block_means(seconds[name]) for name in (label, prepare, "sec"))
        separate = {block: [prep[block] + sec[block]] for block in prep if block in sec and block in one}
        saved = [values[0] - one[block] for block, values in separate.items()]
        fused[label] = {
            "seconds": median_with_interval([one[block] for block in separate]),
            "separateSeconds": median_with_interval([values[0] for values in separate.values()]),
            "ratio": ratio_of_medians(seconds[label], separate, seed=400 + workers(label)),
            "savedSeconds": median_with_interval(saved),
        }
    return fused


def recompute_ipc(configurations, seconds):
    ipc = {}
    for a, b in itertools.product(configurations, repeat=2):
        one, two = configurations[a], configurations[b]
        if (one["backend"], two["backend"]) != ("mp", "mp_v2") or one["workers"] != two["workers"]:
            continue
        pixels, states = block_means(seconds[a]), block_means(seconds[b])
        extra = median_with_interval([pixels[block] - states[block] for block in pixels if block in states])
        counted = {
            name: None if None in (one[name], two[name]) else one[name] - two[name]
            for name in ("ipcMessages", "ipcBytes")
        }
        ipc[str(one["workers"])] = {"extraSeconds": extra, **counted}
    return ipc


def interval_of_mean(values):
    """The mean, and Student's interval of it from 6 values on."""
    mean, n = float(np.mean(values)), len(values)
    reach = student_quantile(n - 1) * np.std(values, ddof=1) / math.sqrt(n) if n >= 6 else None
    return {"value": mean, "low": reach and mean - reach, "high": reach and mean + reach}


def recompute_growth(levels):
    """T(n) = a + c n in each block that has every size, and the mean of the lines: along the dates with the shape held,
    along the pixels (in millions) with the dates held, cache by cache."""
    series = {}
    for key, own in levels.items():
        dates, azimuth, width, _, cache = key.split("|")
        series.setdefault(f"dates|{azimuth}x{width}|{cache}", {})[int(dates)] = own
        series.setdefault(f"megapixels|{dates}|{cache}", {})[int(azimuth) * int(width) / 1e6] = own
    growth = {}
    for name, sizes in series.items():
        if len(sizes) < 2:
            continue
        for label in dict.fromkeys(run["label"] for own in sizes.values() for run in own):
            if label.startswith(OTHER_WORK):
                continue
            same = {n: [run for run in own if run["label"] == label] for n, own in sizes.items()}
            times = {n: block_means(by_block(timed_of(own))) for n, own in same.items()}
            blocks = [block for block in next(iter(times.values())) if all(block in one for one in times.values())]
            lines = np.array([np.polyfit(list(times), [one[block] for one in times.values()], 1) for block in blocks])
            slope, intercept = map(interval_of_mean, lines.T)
            growth[f"{name}|{label}"] = {"slope": slope, "intercept": intercept}
    return growth


def recompute_cache(levels):
    """cold / warm of the same configuration, over the blocks both have."""
    effects = {}
    for key, cold in levels.items():
        warm = levels.get(key.replace("|cold", "|warm"), []) if key.endswith("|cold") else []
        for label in dict.fromkeys(run["label"] for run in warm):
            if label.startswith(OTHER_WORK):
                continue
            sides = [by_block(timed_of([run for run in own if run["label"] == label])) for own in (cold, warm)]
            effects[f"{key.split('|')[0]}|{label}"] = ratio_of_medians(*sides, seed=500)
    return effects


def recompute_drift(groups):
    """Least squares through the block means of ln(seconds / median), first to last block as a factor."""
    points = {}
    for timed in groups:
        middle = np.median([run["wallSeconds"] for run in timed])
        for run in timed:
            points.setdefault(run["block"], []).append(math.log(run["wallSeconds"] / middle))
    if len(points) < 6:
        return None
    x, y = np.array(sorted(points), float), np.array([np.mean(points[block]) for block in sorted(points)])
    slope = np.polyfit(x, y, 1)[0]
    rest = y - y.mean() - slope * (x - x.mean())
    error = math.sqrt(rest @ rest / (len(x) - 2) / ((x - x.mean()) ** 2).sum())
    reach = student_quantile(len(x) - 2) * error
    value, low, high = np.exp((slope + np.array([0, -reach, reach])) * (x[-1] - x[0]))
    return {"value": value, "low": low, "high": high}


def recompute_tracing(groups):
    """Geometric mean of traced / untraced over configurations and blocks with both."""
    logs = []
    for own in groups:
        kept = [run for run in own if is_kept(run)]
        plain = block_means(by_block([run for run in kept if not run["traced"]]))
        traced = block_means(by_block([run for run in kept if run["traced"]]))
        logs += [math.log(traced[block] / plain[block]) for block in traced if block in plain]
    if not logs:
        return None
    ends = {name: None if end is None else math.exp(end) for name, end in interval_of_mean(logs).items()}
    return ends | {"pairs": len(logs)}


def count(runs):
    kept = [run for run in runs if is_kept(run)]
    return {
        "total": len(runs),
        "kept": len(kept),
        "flagged": sum(run["noisy"] for run in kept),
        "traced": sum(run["traced"] for run in kept),
        "warmup": sum(run["warmup"] and run["outcome"] == "ok" for run in runs),
        "failed": sum(run["outcome"] == "failed" for run in runs),
        "skipped": sum(run["outcome"] == "skipped" for run in runs),
            }


def recompute(folder):
    lines = lambda name: [json.loads(line) for line in (folder / name).read_text().splitlines() if line.strip()]
    runs, spans = lines("runs.jsonl"), {}
    for span in lines("spans.jsonl") if (folder / "spans.jsonl").exists() else []:
        spans.setdefault(span["runId"], []).append(span)
    levels = {}
    for run in runs:
        key = (run["dates"], run["shape"]["azimuth"], run["shape"]["range"], run.get("crop") or "whole", run["cache"])
        levels.setdefault("|".join(map(str, key)), []).append(run)
    groups = []
    for own in levels.values():
        for label in dict.fromkeys(run["label"] for run in own):
            groups.append([run for run in own if run["label"] == label])
    return {
        "counts": count(runs),
        "levels": {key: recompute_level(own, spans) for key, own in levels.items()},
        "growth": recompute_growth(levels),
        "cacheEffects": recompute_cache(levels),
        "drift": recompute_drift([timed_of(own) for own in groups if timed_of(own)]),
        "tracingCost": recompute_tracing(groups),
    }


if __name__ == "__main__":
    print(json.dumps(recompute(Path(sys.argv[1])), default=lambda value: value.tolist(), allow_nan=False))
