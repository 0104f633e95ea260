// Wrong words on the command line: every command, every option that takes a value.
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../src/commands/registry";
import { type BadInput, put, testBadInputs } from "./badInput.fixture";
import { tiffBytes } from "./tiffBytes.fixture";

/** Words that are enough for each command. */
const ENOUGH: Readonly<Record<string, string>> = {
  simulate: "simulate {}/tree",
  link: "link {}/tree {}/flat",
  inspect: "inspect {}/slc",
  prep: "prep {}/slc {}/intens",
  stats: "stats sec {}/intens {}/mean.tif {}/std.tif",
  fused: "fused {}/slc {}/mean.tif {}/std.tif",
  verify: "verify {}/slc/20230105.tif {}/slc/20230105.tif",
  plan: "plan {}/slc",
  bench: "bench {}/slc --out {}/run",
  compare: "compare {}/a {}/b",
  plot: "plot {}/run",
  informe: "informe --out {}/informe.html --slc {}/slc",
};

const make = (folder: string): void => {
  put(join(folder, "slc/20230105.tif"), tiffBytes(6, 64));
  put(join(folder, "intens/20230105_int_crop.tif"), tiffBytes(3, 32));
};

function wrong(words: string, says: RegExp): BadInput {
  return {
    name: words.replaceAll("{}/", ""),
    make: words.startsWith("bench") ? make : () => undefined,
    words,
    error: "UsageError",
    says,
  };
}

const COMMAND: readonly BadInput[] = [
  ...["statz", "STATS", "--statz", "__proto__", "constructor", "toString", "../stats", "-h"].map((word) =>
    wrong(word, /found \S+, expected one of simulate, link, /),
  ),
  ...Object.values(ENOUGH).flatMap((words) => {
    const [name] = words.split(" ") as [string];
    const many = `${words}${" more".repeat(5)}`;
    return [
      wrong(`${words} --unknown`, new RegExp(`Unknown option '--unknown'; see pila ${name} --help`)),
      wrong(`${words} --__proto__ 1`, new RegExp(`Unknown option '--__proto__'; see pila ${name} --help`)),
      wrong(many, new RegExp(`found \\d+ words after ${name}, expected `)),
      wrong(`${words} --quiet=1`, new RegExp(`--quiet.*; see pila ${name} --help`)),
      ...(name === "informe" ? [] : [wrong(name, new RegExp(`found 0 words after ${name}, expected`))]),
    ];
  }),
  wrong("stats median {}/intens {}/mean.tif {}/std.tif", /found .*median.*expected .*sec/),
  wrong("stats __proto__ {}/intens {}/mean.tif {}/std.tif", /found .*__proto__.*expected .*sec/),
  wrong("verify a b c", /found STD_A alone, expected STD_A and STD_B/),
];

const WHOLE = ["0", "-1", "1.5", "x", "", "1e2", "0x4", "99999999999999999999", "NaN"];
const CROP = ["", "1,2,3", "1,2,3,4,5", "1,2,3,-4", "a,b,c,d", "1.5,1,0,0", "1;1;0;0"];
const LOOKS = ["", "0", "-4", "4x", "4x0", "x4", "1025", "4,4", "four"];

/** By option: texts that are wrong, and what is said of them. */
const VALUES: Readonly<Record<string, readonly [texts: readonly string[], says: RegExp]>> = {
  workers: [[...WHOLE, "1025"], /found --workers .*expected a whole number from 1 to 1024/],
  crop: [CROP, /found --crop .*expected ROWS,COLS,ROW0,COL0/],
  crops: [["1,2,3", "1,1,0,0;x", ";"], /found --crops? .*expected ROWS,COLS,ROW0,COL0/],
  looks: [LOOKS, /found --looks .*expected N or AxR/],
  nodata: [["", "0", "ZERO", "nan"], /found --nodata .*expected zero or none/],
  pol: [["", "H", "HHH", "LR"], /found --pol .*expected HH or HV or VH or VV/],
  band: [WHOLE, /found --band .*expected a whole number from 1/],
  split: [["", "columns", "DATES"], /found --split .*expected (dates or rows|rows or dates)/],
  rtol: [
    ["", "x", "-1", "1", "NaN", "Infinity", "0x0", "1e-5x"],
    /found --rtol .*expected a number from 0 to below 1/,
  ],
  blocks: [WHOLE, /found --blocks .*expected a whole number from 1/],
  cache: [["", "hot"], /found --cache .*expected warm or cold/],
  budget: [WHOLE, /found --budget .*expected a whole number from 1/],
  seed: [WHOLE.slice(1), /found --seed .*expected a whole number from 0/],
  timeout: [WHOLE, /found --timeout .*expected a whole number from 1/],
  margin: [WHOLE, /found --margin .*expected a whole number from 1/],
  size: [
    ["", "0x0", "4096", "x", "-1x5", "1.5x2", "4x", "1e3x1e3", "99999999999x99999999999"],
    /found --size .*expected /,
  ],
  lang: [["", "fr", "ES"], /found --lang .*expected es or en/],
  hosts: [["", "a:0", "a:x", ":4", "a,,b", "a:1.5", "-a"], /found hosts? .*expected /],
  "plan hosts": [WHOLE, /found --hosts .*expected a whole number from 1/],
  ranks: [WHOLE, /found --ranks .*expected a whole number from 1/],
  read: [WHOLE, /found --read .*expected a whole number from 1/],
  network: [WHOLE, /found --network .*expected a whole number from 1/],
  dates: [WHOLE, /found --dates .*expected a whole number from 1/],
  backends: [["", "sec,median", "sec,,mp", "__proto__"], /found .*expected /],
  peer: [["", "x", "=x", "x="], /found .*expected /],
};
/** Options whose text is a name: a file, a folder or a dataset, of which any may be there. */
const NAMES = [
  "out",
  "slc",
  "run",
  "resume",
  "baseline",
  "trace",
  "count",
  "quicklook",
  "subdataset",
  "hostfile",
];

const OPTIONS: readonly BadInput[] = Object.entries(ENOUGH).flatMap(([name, words]) => {
  const { options } = COMMANDS[name]!.load().command;
  return Object.entries(options).flatMap(([option, { value }]) => {
    if (value === undefined) return [];
    const [texts, says] = VALUES[`${name} ${option}`] ?? VALUES[option] ?? [[], /never/];
    const again = ["out", "slc"].includes(option) && words.includes(`--${option} `) ? "" : ` --${option} 1`;
    const isMany = value.includes("=");
    return [
      wrong(`${words} --${option}`, new RegExp(`--${option}.* argument missing; see pila ${name} --help`)),
      ...(isMany ? [] : [wrong(`${words}${again} --${option} 2`, new RegExp(`found --${option} 2 times`))]),
      ...texts.map((text) => wrong(`${words} --${option}=${text}`, says)),
    ];
  });
});

test("every option that takes a value is tried with wrong ones, or takes any name", () => {
  const untried = Object.keys(ENOUGH).flatMap((name) =>
    Object.entries(COMMANDS[name]!.load().command.options).flatMap(([option, { value }]) =>
      value === undefined || option in VALUES || NAMES.includes(option) ? [] : [`${name} --${option}`],
    ),
  );
  assert.equal(untried, []);
  assert.equal(Object.keys(ENOUGH), Object.keys(COMMANDS));
});

testBadInputs([...COMMAND, ...OPTIONS]);

test.run();
