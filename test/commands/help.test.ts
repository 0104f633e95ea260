import { test } from "uvu";
import * as assert from "uvu/assert";
import { splitArguments } from "../../src/bench/plan";
import { COMMANDS, commandHelp, findCommand, overview, parseArguments } from "../../src/commands/registry";
import { parseSessionOptions } from "../../src/commands/session";

const names = Object.keys(COMMANDS);

for (const name of names) {
  const command = findCommand(name);
  const help = commandHelp(name, command);

  test(`the help of ${name} fits 80 columns and cuts no word`, () => {
    const lines = help.split("\n");
    assert.equal(
      lines.filter((line) => line.length > 80),
      [],
    );
    const words = help.split(/\s+/).join(" ");
    for (const [option, spec] of Object.entries<{ help: string }>(command.options)) {
      assert.ok(words.includes(`--${option}`), option);
      assert.ok(words.includes(spec.help), spec.help);
    }
  });

  test(`the help of ${name} ends with its examples, and each is understood`, () => {
    assert.ok(command.examples.length >= 1);
    for (const example of command.examples) {
      assert.ok(help.split("\n").includes(`  pila ${name} ${example}`), example);
      const args = parseArguments(name, command, splitArguments(example));
      if (name === "bench" || name === "informe") parseSessionOptions(args);
    }
  });
}

test("the overview fits 80 columns and names every command", () => {
  const lines = overview().split("\n");
  assert.ok(lines.every((line) => line.length <= 80));
  for (const name of names) assert.ok(lines.some((line) => line.startsWith(`  ${name} `)));
});

test("informe takes what bench takes for a session, worded once", () => {
  const [bench, informe] = [findCommand("bench"), findCommand("informe")];
  for (const name of ["dates", "crops", "workers", "cache", "blocks", "budget", "seed", "resume"]) {
    assert.is(informe.options[name], bench.options[name], name);
  }
  const words =
    "--dates 2,8 --crops 4,4,0,0;8,8,0,0 --workers 1,3 --cache cold --blocks 7 --budget 9 --seed 5";
  const read = parseSessionOptions(parseArguments("informe", informe, words.split(" ")));
  const { dates, crops, workers, cache, blocks, budgetSeconds, seed } = read;
  assert.equal(
    { dates, crops, workers, cache, blocks, budgetSeconds, seed },
    {
      dates: [2, 8],
      crops: ["4,4,0,0", "8,8,0,0"],
      workers: [1, 3],
      cache: "cold",
      blocks: 7,
      budgetSeconds: 9,
      seed: 5,
    },
  );
});

test.run();
