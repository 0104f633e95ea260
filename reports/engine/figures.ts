import { join } from "node:path";
import { type Comparison, type Program, type Programs, traced } from "./programs";
import { cropPaths, LOOKS, slcFiles, type Workbench } from "./workbench";

/** Dates of the stacks that each row works on; the rows of the bench are the keys. */
export const ROW_DATES: Readonly<Record<number, readonly number[]>> = {
  1: [8],
  2: [32],
  3: [8],
  4: [8],
  5: [8],
  6: [8],
  7: [64],
  8: [2, 64],
  9: [8],
  10: [8, 64],
  11: [8],
  12: [],
  13: [8, 32, 64],
  14: [],
  15: [8],
};

/** Rows that reduce crops. */
export const CROP_ROWS: readonly number[] = [6, 7, 10, 13];
/** The row of peak memory: no ratio of times. */
export const MEMORY_ROW = 8;

const PYTHON_BACKENDS = [
  ["sec", "run_secuencial.py"],
  ["mp", "run_mp.py"],
  ["mp_v2", "run_mp_v2.py"],
  ["mp_mem", "run_mp_mem.py"],
  ["mpi", "run_mpi.py"],
] as const;

const STATS_GOALS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  8: { sec: 0.25, mp: 0.45, mp_v2: 0.6, mp_mem: 0.25, mpi: 0.6 },
  64: { sec: 0.12, mp: 0.45, mp_v2: 0.6, mp_mem: 0.15, mpi: 0.6 },
};

/** The timed comparisons of one row; none for the row of memory. */
export function comparisonsOf(row: number, bench: Workbench, programs: Programs): readonly Comparison[] {
  const against = (
    figure: string,
    goal: number,
    dates: number,
    ours: Program,
    theirs: Program,
    rest: Partial<Comparison> = {},
  ): Comparison => ({
    row,
    figure,
    goal,
    ours,
    theirs,
    inputs: CROP_ROWS.includes(row) ? cropPaths(bench, dates) : slcFiles(bench, dates),
    cache: "warm",
    sameWork: true,
    ...rest,
  });
  const fused = (dates: number): Program => programs.fused(dates, null);
  switch (row) {
    case 1:
      return [against("fused / C, 8 dates", 1.7, 8, fused(8), programs.cFused(8))];
    case 2:
      return [against("fused / C, 32 dates", 1.3, 32, fused(32), programs.cFused(32))];
    case 3:
      return [against("fused / Python prep + sec", 0.06, 8, fused(8), programs.pythonChain(8))];
    case 4:
      return (
        [
          ["numpy by blocks", "numpy_bloques.py", 0.42],
          ["numba", "numba_fused.py", 0.2],
          ["sarxarray with dask", "sarxarray_dask.py", 0.06],
        ] as const
      ).map(([name, script, goal]) =>
        against(`fused / ${name}`, goal, 8, fused(8), programs.pythonFused(script, 8)),
      );
    case 5:
      return [against("prep / Python prep", 0.07, 8, programs.prep(8), programs.pythonPrep(8))];
    case 6:
    case 7: {
      const dates = row === 6 ? 8 : 64;
      return PYTHON_BACKENDS.map(([backend, script]) =>
        against(
          `${backend} / ${script}, ${dates} dates`,
          STATS_GOALS[dates]![backend]!,
          dates,
          programs.stats(backend, dates),
          programs.pythonStats(script, dates),
        ),
      );
    }
    case 9:
      return [
        against(
          "fused, crop of 1/16 of the area / whole",
          0.35,
          8,
          programs.fused(8, middle(bench)),
          fused(8),
          {
            sameWork: false,
          },
        ),
      ];
    case 10:
      return [8, 64].flatMap((dates) =>
        ["threads", "mp_mem"].map((backend) =>
          against(
            `${backend} / sec, ${dates} dates`,
            dates === 8 ? 1.5 : 1,
            dates,
            programs.stats(backend, dates),
            programs.stats("sec", dates),
          ),
        ),
      );
    case 11:
      return [
        against("fused / C, 8 dates, cold cache", 1.15, 8, fused(8), programs.cFused(8), { cache: "cold" }),
      ];
    case 13:
      return [
        ["fused, 8 dates", 8, fused(8)] as const,
        ["fused, 32 dates", 32, fused(32)] as const,
        ...["sec", "threads", "mp", "mp_v2", "mp_mem", "mpi"].map(
          (backend) => [`${backend}, 64 dates`, 64, programs.stats(backend, 64)] as const,
        ),
      ].map(([name, dates, program]) => ({
        ...against(`spans recorded / not: ${name}`, 1.01, dates, traced(program, traceFile(bench)), program),
        inputs: name.startsWith("fused") ? slcFiles(bench, dates) : cropPaths(bench, dates),
      }));
    case 15:
      return [against("fused, no data told / --nodata none", 1.05, 8, fused(8), withoutNoData(fused(8)))];
    default:
      return [];
  }
}

/** The same command with all samples taken for data. */
function withoutNoData(program: Program): Program {
  const steps = program.steps.map((step) => [...step, "--nodata", "none"]);
  return { ...program, name: `${program.name} --nodata none`, steps };
}

function traceFile(bench: Workbench): string {
  return join(bench.build, "out/spans.jsonl");
}

/** The middle window of a quarter of each side, in cells. */
function middle(bench: Workbench): string {
  const side = Math.floor(bench.size / LOOKS);
  const quarter = Math.floor(side / 4);
  const start = Math.floor((side - quarter) / 2);
  return [quarter, quarter, start, start].join(",");
}
