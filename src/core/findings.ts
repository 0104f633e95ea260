import { groupBy } from "./groups";

/** `error`: the stack cannot be processed, or its numbers are wrong; `warning`: they may be; `note`: worth knowing. */
type Severity = "error" | "warning" | "note";

/** Something about a stack that its user should know. Plain data: it crosses thread and process borders, and is JSON. */
export interface Finding {
  readonly severity: Severity;
  readonly kind: FindingKind;
  /** Empty where it is about the stack. */
  readonly dates: readonly string[];
  /** The file of the first date, or the folder of the stack. */
  readonly path: string;
  readonly found: string;
  readonly expected: string | null;
  /** What it does to the results. */
  readonly effect: string;
  readonly nextStep: string;
  /** What `found` is made of: of each date, or once for all of them together. */
  readonly numbers: readonly FindingNumbers[];
}

export type FindingNumbers = Readonly<Record<string, number | string | null>>;

type Advice = Pick<Finding, "severity" | "expected" | "effect" | "nextStep">;

/** All that can be found, and what is said of each besides what was found. */
const ADVICE = {
  unreadable: {
    severity: "error",
    expected: null,
    effect: "the stack cannot be processed with it",
    nextStep: "mend it or leave it out",
  },
  truncated: {
    severity: "error",
    expected: null,
    effect: "the stack cannot be processed with it",
    nextStep: "copy or make the file again",
  },
  sheared: {
    severity: "error",
    expected: null,
    effect: "a wrong width shears the image",
    nextStep: "correct the size in its description",
  },
  surplus: {
    severity: "warning",
    expected: null,
    effect: "what is beyond the described image is left out",
    nextStep: "see whether the size in its description is right",
  },
  shape: {
    severity: "error",
    expected: null,
    effect: "dates of several shapes cannot be processed together",
    nextStep: "coregister them or leave them out",
  },
  byteOrder: {
    severity: "error",
    expected: "values of about one magnitude",
    effect: "its pixels are nonsense, and so are mean and std",
    nextStep: "correct the byte order in its description",
  },
  notComplex: {
    severity: "error",
    expected: "complex samples",
    effect: "|S|^2 is not its intensity, unless it is an amplitude",
    nextStep: "link the SLC itself",
  },
  decibels: {
    severity: "error",
    expected: "linear power",
    effect: "mean and std of dB are not those of power",
    nextStep: "convert it to power, 10^(dB/10)",
  },
  amplitude: {
    severity: "error",
    expected: "linear power",
    effect: "mean and std of amplitude are not those of power",
    nextStep: "square it",
  },
  negative: {
    severity: "warning",
    expected: "power, which has none",
    effect: "mean and std mix them in",
    nextStep: "find out whether noise was subtracted",
  },
  empty: {
    severity: "warning",
    expected: "an image",
    effect: "it adds next to nothing to mean and std",
    nextStep: "leave it out or make it again",
  },
  infinite: {
    severity: "warning",
    expected: "finite values",
    effect: "their cells have an infinite mean and a std of NaN",
    nextStep: "mend them where they were made",
  },
  nan: {
    severity: "note",
    expected: null,
    effect: "they count as no data",
    nextStep: "nothing to do where they mark no data",
  },
  underflow: {
    severity: "warning",
    expected: "values that float32 can square",
    effect: "their intensity loses its digits or becomes 0",
    nextStep: "multiply all dates by one constant",
  },
  overflow: {
    severity: "warning",
    expected: "values that float32 can square",
    effect: "their intensity becomes infinite",
    nextStep: "divide all dates by one constant",
  },
  implausiblePower: {
    severity: "warning",
    expected: "-100 to 150 dB",
    effect: "its numbers are hardly those of a radar image",
    nextStep: "compare its description with the program that wrote the file",
  },
  sameImage: {
    severity: "warning",
    expected: "an image of its own for each",
    effect: "it counts several times in mean and std",
    nextStep: "leave all but one out",
  },
  level: {
    severity: "warning",
    expected: "about the same power",
    effect: "std and the coefficient of variation show this date more than the scene",
    nextStep: "check whether it is another polarisation, calibration or pass",
  },
  shift: {
    severity: "warning",
    expected: "images on one grid",
    effect: "mean is blurred and std shows edges",
    nextStep: "coregister it again or leave it out",
  },
  coherentLooks: {
    severity: "warning",
    expected: "about as many as its looks",
    effect: "speckle is as strong as in single looks: complex values were averaged, or none",
    nextStep: "average power, as `pila prep` does",
  },
  tooSmooth: {
    severity: "warning",
    expected: "at most about as many as its looks",
    effect: "it is an amplitude or was filtered, and mean and std are not those of its power",
    nextStep: "square it, or take the unfiltered power",
  },
  referenceMissing: {
    severity: "note",
    expected: "merged/SLC, the final stack of all dates",
    effect: "the reference date is not in the results",
    nextStep: "link TREE/merged/SLC",
  },
  outside: {
    severity: "note",
    expected: null,
    effect: "they are read from there",
    nextStep: "keep them in their place, or write the VRT again where they are moved",
  },
  leftOut: {
    severity: "note",
    expected: null,
    effect: "left out of the stack",
    nextStep: "name their folder to have them instead",
  },
  rounded: {
    severity: "note",
    expected: "float32",
    effect: "values are rounded to 24 bits of each part",
    nextStep: "nothing is to be done where 7 digits are enough",
  },
  oneDate: {
    severity: "note",
    expected: "two or more",
    effect: "std is 0 everywhere",
    nextStep: "add dates",
  },
  memory: {
    severity: "note",
    expected: null,
    effect: "the page cache cannot hold them, and the disk sets the pace instead of the predicted seconds",
    nextStep: "expect longer times, or take a machine with more memory",
  },
} as const satisfies Record<string, Advice>;

export type FindingKind = keyof typeof ADVICE;

/** A finding about some dates, or about the stack where there are none. @param expected where it says more than usual */
export function finding(
  kind: FindingKind,
  path: string,
  dates: readonly string[],
  found: string,
  numbers: FindingNumbers,
  expected: string | null = ADVICE[kind].expected,
): Finding {
  return { ...ADVICE[kind], kind, path, dates, found, expected, numbers: [numbers] };
}

/** `FILE: found …, expected …; effect; next step`, in one line as pila's errors. */
export function wordFinding({ path, dates, found, expected, effect, nextStep, numbers }: Finding): string {
  const rest = dates.slice(1);
  const names = rest.length <= 3 ? rest.join(", ") : `${rest[0]}, …, ${rest.at(-1)}`;
  const subject = numbers.length > 1 ? `${path} and ${rest.length} more (${names})` : path;
  return `${subject}: found ${found}${expected === null ? "" : `, expected ${expected}`}; ${effect}; ${nextStep}`;
}

/** The gravest first. What single dates say alike, whatever their shares, becomes one finding that says the largest share. */
export function arrangeFindings(findings: readonly Finding[]): Finding[] {
  const groups = groupBy(findings, ({ kind, expected, found, path, dates }) => {
    const own = dates.length === 1 ? null : [path, dates];
    return JSON.stringify([kind, expected, found.replace(SHARE, "%"), own]);
  });
  const shareOf = ({ found }: Finding): number => Number.parseFloat(SHARE.exec(found)?.[0] ?? "0");
  return [...groups.values()]
    .map((alike) => {
      const [first] = alike.sort((a, b) => shareOf(b) - shareOf(a)) as [Finding];
      return {
        ...first,
        found: alike.every(({ found }) => found === first.found) ? first.found : `up to ${first.found}`,
        dates: alike.flatMap(({ dates }) => dates),
        numbers: alike.flatMap(({ numbers }) => numbers),
      };
    })
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** The gravest first. */
const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** What a share of samples begins with. */
const SHARE = /^\S+ %/;
