import {
  type Step,
  type SyntheticConfiguration,
  secTwins,
  stackBytes,
  type Timeline,
} from "../records/session.fixture";

/** `sec`: 10 s of which 8 are computing. */
export const SEC_STEPS: readonly Step[] = [
  ["init", 0.1],
  ["read", 1.7, stackBytes(8)],
  ["compute", 8],
  ["write", 0.2, stackBytes(2)],
];
export const SEC: readonly SyntheticConfiguration[] = secTwins(SEC_STEPS);

/** `threads2` with the given work of the main thread and the other one. */
export function threads2(...timeline: Timeline): SyntheticConfiguration {
  return { label: "threads2", backend: "threads", workers: 2, timeline };
}

const HALF: readonly Step[] = [
  ["init", 0.05],
  ["read", 0.85, stackBytes(4)],
  ["compute", 4],
  ["write", 0.1, stackBytes(1)],
];

/** Half the work on each side, at no cost: 5 s. */
export const ideal = threads2(HALF, HALF);

/** Half of the computing is done by one thread alone, once the other half is shared out and done. */
export const serialEnd = threads2(
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 2],
    ["wait", 0.1],
    ["compute", 4],
    ["write", 0.2],
  ],
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 2],
  ],
);

/** The same half first. */
export const serialBegin = threads2(
  [
    ["init", 0.05],
    ["compute", 4],
    ["read", 0.85, stackBytes(4)],
    ["compute", 2],
    ["write", 0.2],
  ],
  [
    ["init", 0.05],
    ["wait", 4],
    ["read", 0.85, stackBytes(4)],
    ["compute", 2],
  ],
);

/** The main thread computes nearly everything while the other one comes up. */
export const lateStart = threads2(
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(6)],
    ["compute", 7],
    ["write", 0.1, stackBytes(1)],
  ],
  [
    ["wait", 0.5],
    ["spawn", 6],
    ["wait", 0.1],
    ["init", 0.1],
    ["read", 0.1, stackBytes(2)],
    ["compute", 1],
    ["write", 0.1, stackBytes(1)],
  ],
);

/** Shared out and even, but the main thread then writes for 5 s. */
export const serialWrite = threads2([...HALF, ["write", 5, stackBytes(2)]], HALF);

/** Seven parts of computing for one, one for the other. */
export const imbalance = threads2(
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 7],
    ["write", 0.1, stackBytes(1)],
  ],
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 1],
    ["write", 0.1, stackBytes(1)],
  ],
);

/** The same computing takes twice as long on each side. */
export const bandwidth = threads2(
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 8],
    ["write", 0.1, stackBytes(1)],
  ],
  [
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["compute", 8],
    ["write", 0.1, stackBytes(1)],
  ],
);

/** As `bandwidth`, but the processor works half the time: other processes had the cores. */
export const sharedCores: SyntheticConfiguration = { ...bandwidth, processorShare: 0.5 };

/** Reading does not get any faster by being shared: the disk serves both by turns. */
export const sharedDisk = threads2(
  [
    ["init", 0.05],
    ["read", 6, stackBytes(4)],
    ["compute", 4],
    ["write", 0.1, stackBytes(1)],
  ],
  [
    ["init", 0.05],
    ["read", 6, stackBytes(4)],
    ["compute", 4],
    ["write", 0.1, stackBytes(1)],
  ],
);

/** One reader at a time: each waits until the one before it has read; computing, most by the first, goes on beside. */
export const readersByTurns: SyntheticConfiguration = {
  label: "mp4_mem",
  backend: "mp_mem",
  workers: 4,
  timeline: [
    [
      ["spawn", 0.05],
      ["wait", 10.05],
      ["write", 0.2, stackBytes(2)],
    ],
    ...[2.02, 2, 2, 2].map((computing, place): readonly Step[] => [
      ["wait", 0.05],
      ["init", 0.05],
      ["wait", 2 * place],
      ["read", 2, stackBytes(2)],
      ["compute", computing],
    ]),
  ],
};

/** Three read and compute at once; the fourth one's read takes long. */
export const oneSlowReader: SyntheticConfiguration = {
  label: "threads4",
  backend: "threads",
  workers: 4,
  timeline: [0.4, 0.4, 7, 0.4].map((seconds): readonly Step[] => [
    ["init", 0.05],
    ["read", seconds, stackBytes(2)],
    ["compute", 2],
    ["write", 0.05, stackBytes(0.5)],
  ]),
};

/** Four equal shares of which one worker needs three times as long. */
export const straggler: SyntheticConfiguration = {
  ...oneSlowReader,
  timeline: [2, 2, 2, 6].map((seconds): readonly Step[] => [
    ["init", 0.05],
    ["read", 0.4, stackBytes(2)],
    ["compute", seconds],
    ["write", 0.05, stackBytes(0.5)],
  ]),
};

/** Two children compute far more than sec does; the coordinator computes a little to finish. */
export function dearPool(workers: 1 | 2): SyntheticConfiguration {
  const child: readonly Step[] = [
    ["init", 0.05],
    ["read", 1.7 / workers, stackBytes(8 / workers)],
    ["compute", 16 / workers],
    ["send", 0.05, stackBytes(8)],
  ];
  const parent: readonly Step[] = [
    ["spawn", 0.02],
    ["wait", (1.7 + 16) / workers + 0.03],
    ["receive", 0.05],
    ["compute", 0.1],
    ["write", 0.2, stackBytes(2)],
  ];
  const timeline = [parent, ...(workers === 1 ? [child] : [child, child])];
  return { label: `mp${workers}_v2`, backend: "mp_v2", workers, timeline, ipcMessages: 4, ipcBytes: 2e6 };
}

/** Children compute their dates; a coordinator starts them (slowly, or not) and takes in states (slowly, or not). */
export function pool(label: string, backend: string, startup: number, ipc: number): SyntheticConfiguration {
  const child: readonly Step[] = [
    ["wait", 0.02],
    ["init", startup],
    ["read", 0.85, stackBytes(4)],
    ["compute", 4],
    ["serialize", ipc / 2],
    ["send", ipc / 2, stackBytes(8)],
  ];
  const parent: readonly Step[] = [
    ["spawn", 0.02],
    ["wait", startup + 4.85],
    ["receive", ipc, 2 * stackBytes(8)],
    ["write", 0.1, stackBytes(2)],
  ];
  return { label, backend, workers: 2, timeline: [parent, child, child], ipcMessages: 4, ipcBytes: 2e6 };
}

/** Children compute and hand over at once; the coordinator alone merges their states for long. */
export function mergingPool(merge: number): SyntheticConfiguration {
  const quick = pool("mp2_v2", "mp_v2", 0.05, 0.05);
  const [parent, ...children] = quick.timeline;
  return { ...quick, timeline: [[...parent!.slice(0, -1), ["merge", merge]], ...children] };
}

/** Children that turn their states into bytes slowly and send them fast. */
export function serializingPool(serialize: number): SyntheticConfiguration {
  const quick = pool("mp2_v2", "mp_v2", 0.05, 0.05);
  const timeline = quick.timeline.map((steps) =>
    steps.map(
      ([phase, seconds, bytes]): Step => [phase, phase === "serialize" ? serialize : seconds, bytes ?? 0],
    ),
  );
  return { ...quick, timeline };
}

/** Children read and send every pixel; the parent alone computes. */
export function pixelPool(ipc: number): SyntheticConfiguration {
  const child: readonly Step[] = [
    ["wait", 0.02],
    ["init", 0.05],
    ["read", 0.85, stackBytes(4)],
    ["send", ipc, stackBytes(4)],
  ];
  const parent: readonly Step[] = [
    ["spawn", 0.02],
    ["wait", 0.9],
    ["receive", ipc, stackBytes(8)],
    ["compute", 8],
    ["write", 0.2, stackBytes(2)],
  ];
  return {
    label: "mp2",
    backend: "mp",
    workers: 2,
    timeline: [parent, child, child],
    ipcMessages: 24,
    ipcBytes: stackBytes(8),
  };
}

/** Four threads on two cores take turns: as long as two, and the changing costs more. */
export function oversubscribed(seconds: number): SyntheticConfiguration {
  const steps: readonly Step[] = [
    ["init", 0.05],
    ["read", 0.5, stackBytes(2)],
    ["compute", seconds],
  ];
  return { label: "threads4", backend: "threads", workers: 4, timeline: [steps, steps, steps, steps] };
}
