import { numbersOf, plainName } from "../numbers";
import { apart, count, enFindings } from "./enFindings";
import type { esPage } from "./esPage";

type PageWords = typeof esPage;

const n = numbersOf("en");
const STANDINGS = enFindings.standings;

const PIECE_NAMES: Readonly<Record<Parameters<PageWords["cards"]["piece"]>[0], string>> = {
  start: "starting up",
  read: "reading",
  move: "moving data",
  compute: "computing",
  wait: "waiting",
  write: "writing",
};

export const enPage: PageWords = {
  ...enFindings,
  numbers: n,
  headings: {
    times: "How long does each take?",
    causes: "Why?",
    sizes: "From when on does it pay?",
    speedup: "Speedup",
    slc: "From the SLC",
    costs: "What else it costs",
    image: "The image",
    trust: "Can it be trusted?",
    numbers: "The numbers",
    method: "How it was measured",
  },
  cards: {
    fastest: "The fastest",
    gain: "What sharing gains",
    largest: "Where the time goes",
    differences: "Differences that show",
    nothing: "no measurements",
    perRun: (seconds, tied) =>
      tied === 0 ? `${n.seconds(seconds)} a run` : `${n.seconds(seconds)}; ties with ${n.count(tied)} more`,
    gained: (ratio, standing) =>
      standing === "faster"
        ? `${n.percent(1 - ratio)} less`
        : standing === "slower"
          ? "nothing: it loses"
          : standing === "same" || standing === "belowNoise"
            ? "nothing to be seen"
            : "cannot be told",
    gainedBy: ({ label }, ratio, standing) =>
      standing === "faster"
        ? `${label} against sec, one process`
        : standing === "slower"
          ? `${label}, the best, takes ${n.number(ratio)} times sec`
          : standing === "same" || standing === "belowNoise"
            ? `${label} against sec: ${STANDINGS[standing]}`
            : STANDINGS[standing].replace("cannot be told: ", ""),
    notShared: "none that shares was measured",
    ofTime: (label, share) => `${n.percent(share)} of the time of ${label}`,
    noTrace: "there are no traced runs",
    from: (factor) => `from ${apart(factor)} on`,
    noise: "less is noise",
    noThreshold: "it takes more blocks and the pair of sec",
    unknown: "not known",
    piece: (piece) => PIECE_NAMES[piece],
  },
  points: {
    use: ({ label }) => `For a stack like this one, use ${label}.`,
    useSec: "For a stack like this one, use sec: it is the simplest and none is seen to be better.",
    useTied: ({ label }) => `Use ${label}: those that tie do as well.`,
    moreBlocks: (blocks) => `Measure again with ${n.count(blocks)} blocks or more.`,
    measureSec: "Measure sec too, which is the reference.",
    doubt: (factor) => `Differences below ${apart(factor)} cannot be told from the noise of this machine.`,
  },
  warnings: {
    interrupted: "Measuring was interrupted: complete blocks count. Go on with --resume.",
    fewBlocks: (missing) =>
      `${count(missing, "more block is", "more blocks are")} needed to compare. Measure again with more blocks.`,
    busy: (busy, kept) =>
      `${n.count(busy)} of ${n.count(kept)} runs ${busy === 1 ? "was" : "were"} made on a busy machine. Repeat with a free machine.`,
    failed: (failed, total) =>
      `${count(failed, "run", "runs")} of ${n.count(total)} failed; the reasons are in “Can it be trusted?”.`,
    findings: (findings) => `${count(findings, "notice", "notices")} on the data, in “The image”.`,
    small: "The stack is small: much of the time is start-up. A larger one may change the order.",
  },
  facts: {
    data: (dates, azimuth, range, looks) =>
      `${count(dates, "date", "dates")} of ${azimuth} × ${range} pixels, looks ${looks}`,
    simulated: "simulated data",
    machine: (cpu, cores) => `${plainName(cpu)}, ${count(cores, "core", "cores")}`,
    date: (iso) => new Date(iso).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" }),
    runs: (runs) => count(runs, "run", "runs"),
  },
  times: { command: "To use it:", copy: "Copy", copied: "Copied" },
  why: {
    lead: "Each line compares a configuration with sec shared at no cost among its workers; the worst loss comes first.",
    none: "No configuration loses in a way for which a cause can be sought.",
    means: "What it means",
    advice: "What to try",
    factors: "Factors of the efficiency",
    factorNames: {
      loadBalance: "even shares of the computing (LB)",
      communication: "time of the busiest that is computing, against sec (CommE)",
      computation: "computing of sec over that of all (CompS)",
      processes: "processes (P)",
    },
    product: "Multiplied they give the speedup of the traced run.",
    untold: (groups) => `Without a cause (${n.count(groups)})`,
  },
  sizes: { notMeasured: "One size was measured. To know:" },
  costs: {
    moving: "Moving data",
    memory: "Memory",
    reading: "Reading, while it reads",
    cold: "Reading from the disk",
    movingLead: (pixels, states, standing) =>
      standing === "slower"
        ? `Sending pixels costs more than sending sums: ${pixels} against ${states}.`
        : standing === "faster"
          ? `Sending pixels is not what costs: ${pixels} takes less than ${states}.`
          : standing === null
            ? "Sending pixels or sums: measured only with more workers than cores."
            : `Sending pixels or sums: ${STANDINGS[standing]}.`,
    movingMissing: "To know what moving data costs, mp and mp_v2 have to be measured.",
    readingLead: (rate, label) => `${label} reads at ${n.number(rate)} MB/s while it reads.`,
    readingMissing: "No trace tells at what rate it reads.",
    all: "All",
  },
  image: {
    missing: "The run has no maps.",
    findings: (findings) => `What was found in the data (${n.count(findings)})`,
    caption: (azimuth, range, dates, box) =>
      `${azimuth} × ${range} cells, ${count(dates, "date", "dates")}; a pixel of the map averages ${box}.`,
    noData: (share) => `no data: ${share < 0.0005 ? `less than ${n.percent(0.001)}` : n.percent(share)}`,
    units: { decibel: "dB, not calibrated", linear: "no unit", count: "dates" },
    series: "Touch a cell of a map, or move with the arrow keys, to see its series.",
    seriesLabel: "Series of a cell: intensity by date, in dB",
    enl: (text) => `Equivalent number of looks of a date: ${text}.`,
    enlMissing: "There are no windows without gaps to estimate looks.",
    texture: "Below 1 it is not pure speckle: there is texture or targets.",
  },
  speckle: {
    claim: (date) => `A homogeneous region of ${date} against the Gamma distribution`,
    missing: "No region is free of gaps: there is no histogram",
    subtitle: (samples, window) =>
      `Cells by intensity, linear and not calibrated · ${n.count(samples)} cells, window ${window}`,
    note: (outside) => `line: Gamma of the same mean and variance; outside the bars: ${n.count(outside)}`,
    x: "intensity",
    y: "cells",
    reading:
      "The bars count cells of a homogeneous region and the line is the Gamma distribution of the same mean and variance: where they agree, what varies is speckle.",
  },
  trust: {
    passed: (checks) => `Checks passed (${n.count(checks)})`,
    reservation: "With reservations",
    unknown: "Could not be told",
  },
  table: {
    configuration: "Configuration",
    seconds: "Seconds",
    timesSec: "Times sec",
    standing: "Verdict",
    all: "All columns",
    workers: "workers",
    runs: "n",
    cpu: "CPU",
    memory: "MiB",
    allCaption:
      "T and CPU in seconds of the whole run; S: time of sec over its own; E: S a worker; MiB: sum of the memory peaks of the processes; MB/s: over the whole run. * more workers than cores.",
    level: "Times by configuration",
  },
  method: {
    text: (blocks, seed) =>
      `Each run is a whole process, timed from before it starts until its outputs are in place. Configurations are shuffled in each block, ${n.count(blocks)} in all after one of warm-up. The time is the median; its interval the exact one of ranks. Ratios compare runs of the same block, with a 95% interval by resampling with seed ${seed}. A difference is called only if the interval excludes 1 and the effect clears the noise and 5%. Causes come from runs apart, with a trace.`,
    glossary: "Glossary",
    terms: [
      ["backend", "a way of computing mean and std of the stack"],
      ["sec", "the sequential one: one process, nothing shared; the reference"],
      ["block", "a round in which every configuration runs once, in random order"],
      ["trace", "record of what each worker does at each moment"],
      ["noise", "what two equal configurations of sec differ by"],
      ["interval", "where the value lies with 95% confidence"],
      ["speedup", "time of sec over time of the configuration"],
      ["SLC", "complex image; its intensity is the squared modulus"],
    ],
    sheet: "Machine, programs and data",
    repeat: "To measure again:",
    session: (run, date) => `Run ${run}, ${date}.`,
  },
  sheet: {
    processor: "Processor",
    cores: "Cores available",
    memory: "Memory",
    system: "System",
    filesystem: "File system",
    virtualisation: "Virtualisation",
    software: "pila / Node / V8",
    libraries: "GDAL / MPI",
    commit: "git commit",
    dirty: "with changes",
    data: "Data",
    reduction: "looks / crop / no data",
    whole: "whole",
    hash: "Hash of the data",
    seed: "Seed",
    readWarm: "Reading, files in memory",
    readCold: "Reading from the disk",
    pipe: "Pipe between processes",
    message: "One message",
    spawn: "Starting a process",
    runs: "Runs: kept / traced / warm-up / failed / skipped",
    stopped: "Measuring ended by",
    stops: {
      blocks: "completing the blocks asked for",
      precision: "reaching the precision",
      budget: "using up the time allowed",
      interrupted: "interruption",
    },
    notStopped: "it has not ended",
  },
};
