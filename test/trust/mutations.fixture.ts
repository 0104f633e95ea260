// How a sound file becomes a bad one: bits, bytes, numbers and lines that are changed, cut, doubled or exchanged.
import fc from "fast-check";

/** One change. `at` and `other` are places by share of the file, so that they mean the same in a file of any length. */
interface Edit {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly other: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const KINDS = ["flip", "set", "cut", "remove", "insert", "copy", "number", "exchange", "line"] as const;

/** Numbers at which sums, products and types overflow, and small ones. */
export const NUMBERS: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 9n, 10n, 12n, 13n, 16n, 80n, 255n, 256n, 512n, 1024n, 1040n, 65_535n, 65_536n],
  ...[31n, 32n, 53n, 62n, 63n, 64n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits]),
  ...[-1n, -8n, 10n ** 6n, 10n ** 9n, 10n ** 15n, 10n ** 30n],
];

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.nat(9999),
  other: fc.nat(9999),
  value: fc.oneof(fc.constantFrom(...NUMBERS), fc.bigInt(0n, 70_000n)),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
});

/** A few changes to a file. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 4 });

/**
 * The file with all changes made, one after the other.
 * @param hot bytes from the beginning among which most changes are to be
 */
export function applyEdits(file: Buffer, all: readonly Edit[], isText: boolean, hot = file.length): Buffer {
  return all.reduce((bytes, each) => (isText ? editText(bytes, each) : editBytes(bytes, each, hot)), file);
}

function editBytes(bytes: Buffer, { kind, at, other, value, bytes: own }: Edit, hot: number): Buffer {
  if (bytes.length === 0) return Buffer.from(own);
  const reach = at % 5 === 0 ? bytes.length : Math.min(bytes.length, hot);
  const place = (share: number): number => Math.floor((share / 10_000) * reach);
  const [from, to] = [place(at), place(other)];
  const changed = Buffer.from(bytes);
  switch (kind) {
    case "flip":
      changed[from]! ^= 1 << (other % 8);
      return changed;
    case "set":
      changed.set(own.subarray(0, bytes.length - from), from);
      return changed;
    case "cut":
      return changed.subarray(0, from);
    case "remove":
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + own.length)]);
    case "insert":
      return Buffer.concat([bytes.subarray(0, from), own, bytes.subarray(from)]);
    case "copy":
    case "line":
      bytes.copy(changed, to, from, from + 12);
      return changed;
    case "exchange":
      bytes.copy(changed, to, from, from + 4);
      bytes.copy(changed, from, to, to + 4);
      return changed;
    default: {
      // Fields lie at even bytes, in either order.
      const width = [2, 4, 8][other % 3]!;
      const digits = Buffer.alloc(8);
      digits.writeBigUInt64LE(BigInt.asUintN(64, value));
      const number = digits.subarray(0, width);
      if (other % 2 === 0) number.reverse();
      changed.set(number.subarray(0, bytes.length - (from & ~1)), from & ~1);
      return changed;
    }
  }
}

/** Runs of digits, of letters, and elements or lines of a text are its parts. */
function editText(bytes: Buffer, change: Edit): Buffer {
  const { kind, at, other, value } = change;
  const text = bytes.toString("latin1");
  const pick = <T>(all: readonly T[], share: number): T | undefined =>
    all[Math.floor((share / 10_000) * all.length)];
  const replace = (part: RegExpMatchArray | undefined, by: string): string =>
    part === undefined ? text : text.slice(0, part.index) + by + text.slice(part.index! + part[0].length);
  if (kind === "number")
    return Buffer.from(replace(pick([...text.matchAll(/-?\d+/g)], at), String(value)), "latin1");
  if (kind === "exchange") {
    const parts = [...text.matchAll(/\w+/g)];
    return Buffer.from(replace(pick(parts, at), pick(parts, other)?.[0] ?? ""), "latin1");
  }
  if (kind === "copy" || kind === "line") {
    // An element with what is in it, or a line: gone, doubled, or put where another one was.
    const parts = [...text.matchAll(/<(\w+)[^>]*>(?:[^<]*<\/\1>)?|[^\n]+\n/g)];
    const part = pick(parts, at);
    const by = [``, `${part?.[0]}${part?.[0]}`, pick(parts, other)?.[0] ?? ""][other % 3]!;
    return Buffer.from(replace(part, by), "latin1");
  }
  return editBytes(bytes, change, bytes.length);
}
