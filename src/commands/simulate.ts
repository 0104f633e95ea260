import { simulateStack } from "../../data-prep/simulate";
import { type Command, parseSize, parseWhole, parseWorkers, SHARED_OPTIONS } from "./command";

export const command: Command = {
  positionals: ["TREE"],
  options: {
    dates: { value: "N", help: "how many dates (default 8)" },
    size: { value: "LINESxSAMPLES", help: "size of each image (default 4096x4096)" },
    seed: { value: "N", help: "same seed, same bytes (default 1)" },
    ...SHARED_OPTIONS.workers,
  },
  examples: ["data/tree --dates 8 --size 1024x1024"],

  async run(args, context) {
    const { files, seconds, bytes } = await simulateStack({
      tree: args.positionals[0]!,
      dates: parseWhole("dates", args.text("dates") ?? "8", 1, 10_000),
      shape: parseSize("size", args.text("size") ?? "4096x4096"),
      seed: parseWhole("seed", args.text("seed") ?? "1", 0, 2 ** 32 - 1),
      workers: parseWorkers(args) ?? undefined,
      signal: context.signal,
      onProgress: context.progress,
    });
    const speed = (bytes / 1e6 / seconds).toFixed(0);
    context.tell(
      `simulate: ${files.length} dates, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(2)} s (${speed} MB/s)`,
    );
  },
};
