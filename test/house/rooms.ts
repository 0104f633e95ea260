// The rooms of the program, by floor: what lives in each, and what its files import.
//   node dist/test/house/rooms.js [--write]     prints the picture; --write puts it into CONTRIBUTING.md
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { importsOf, projectFiles, ROOT, readProjectFile, sourceFiles, targetOf } from "./sources.fixture";

/** A folder of src, or one of the two that stand beside it; what lives in it is a few words. */
export interface Room {
  readonly floor: number;
  readonly holds: string;
}

/** Imports go down a floor. `top` is the files directly in src. */
export const ROOMS: Readonly<Record<string, Room>> = {
  top: { floor: 7, holds: "the command `pila`, the public names (`index.ts`)" },
  notebook: { floor: 7, holds: "what notebooks call, and how the kernel shows a value" },
  commands: { floor: 7, holds: "a file for each word after `pila`" },
  bench: { floor: 6, holds: "the protocol: plan, gate, quiet machine, processes, records as they come" },
  report: { floor: 6, holds: "tables, charts and sentences from records; never a raster" },
  backends: {
    floor: 5,
    holds: "who works on what and how the parts meet: a constant each, and the registry",
  },
  "data-prep": { floor: 4.5, holds: "how data comes to exist: simulated stacks, links" },
  pipeline: { floor: 4, holds: "rows of a stack -> kernel -> products; prepare, fused, verify" },
  records: { floor: 3, holds: "run folders and their schemas" },
  evidence: { floor: 3, holds: "what a session's records say: medians, verdicts, growth, causes" },
  kernel: { floor: 2, holds: "the inner loops, in AssemblyScript" },
  io: { floor: 2, holds: "formats of SLC images, rows, products" },
  parallel: { floor: 2, holds: "child processes, threads, MPI ranks, and the meter of their work" },
  statistics: { floor: 2, holds: "statistics of a pixel, speckle, distributions" },
  core: { floor: 1, holds: "shapes, windows, errors, record types: no `node:` module, no package" },
};

/** The room of a file of src or data-prep; null elsewhere. @throws Error a folder of src is no room */
export function roomOf(file: string): string | null {
  const [top, folder, inside] = file.split("/");
  if (top === "data-prep") return top;
  if (top !== "src") return null;
  const room = inside === undefined ? "top" : folder!;
  if (ROOMS[room] === undefined) throw new Error(`src/${room}: give it a floor in test/house/rooms.ts`);
  return room;
}

/** Every file of src and data-prep with the files of both that it imports, types included. */
export function readImports(): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Set(sourceFiles("src", "data-prep"));
  const targetsOf = (file: string): string[] =>
    importsOf(file)
      .flatMap((each) => `${targetOf(each)}.ts`)
      .filter((target) => files.has(target));
  return new Map([...files].map((file) => [file, new Set(targetsOf(file))]));
}

/** Lines of a file of the project. */
export function countLines(file: string): number {
  return readProjectFile(file).split("\n").length - 1;
}

/** One row a room, the highest floor first: what lives there and the rooms below or beside it that it imports. */
export function drawRooms(imports: ReadonlyMap<string, ReadonlySet<string>>): string {
  const order = Object.keys(ROOMS);
  const rows = order.map((room) => {
    const { floor, holds } = ROOMS[room]!;
    const targets = [...imports].flatMap(([file, used]) => (roomOf(file) === room ? [...used] : []));
    const used = order.filter((other) => other !== room && targets.some((file) => roomOf(file) === other));
    return `| ${floor} | \`${room}\` | ${holds} | ${used.join(", ") || "nothing"} |`;
  });
  return ["| floor | room | what lives there | -> imports |", "|---|---|---|---|", ...rows].join("\n");
}

/** Lines and files of each room, the kernels' AssemblyScript included. */
export function weighRooms(): ReadonlyMap<string, { readonly lines: number; readonly files: number }> {
  const weights = new Map(Object.keys(ROOMS).map((room) => [room, { lines: 0, files: 0 }]));
  for (const file of projectFiles()) {
    const room = file.endsWith(".ts") ? roomOf(file) : null;
    if (room === null) continue;
    const { lines, files } = weights.get(room)!;
    weights.set(room, { lines: lines + countLines(file), files: files + 1 });
  }
  return weights;
}

const MARKS = ["<!-- rooms: npm run house -- --write -->\n", "\n<!-- end of rooms -->"] as const;

/** The picture as CONTRIBUTING.md holds it, and its text with another picture in its place. */
export function readContributing(): { readonly picture: string; replace(picture: string): string } {
  const [before, rest] = readProjectFile("CONTRIBUTING.md").split(MARKS[0]);
  const [picture, after] = (rest ?? "").split(MARKS[1]);
  if (after === undefined) throw new Error(`CONTRIBUTING.md: found no ${MARKS.join("… ").trim()}`);
  return { picture: picture!, replace: (drawn) => before + MARKS[0] + drawn + MARKS[1] + after };
}

function main(): void {
  const drawn = drawRooms(readImports());
  console.log(drawn);
  for (const [room, { lines, files }] of weighRooms()) console.log(`${room}: ${lines} lines, ${files} files`);
  if (process.argv.includes("--write"))
    writeFileSync(join(ROOT, "CONTRIBUTING.md"), readContributing().replace(drawn));
}

if (require.main === module) main();
