import type { Command } from "./command";
import { SHARED_OPTIONS } from "./command";

export const command: Command = {
  summary: "measures everything and writes the informe as one HTML file",
  positionals: [],
  options: {
    slc: {
      value: "TREE_OR_DIR",
      help: "your own stack; left out: one is simulated (kept under data-prep/build)",
    },
    run: { value: "RUN", help: "only rebuild the informe from a run folder" },
    quick: { help: "a small stack and few repetitions: 1024x1024, 4 dates, 6 blocks" },
    ...SHARED_OPTIONS.intensity,
    "with-python": { help: "also measure the same work in Python (test/reference/python)" },
    lang: { value: "es|en", help: "language of the informe (default es)" },
    pdf: { help: "also print it to PDF (needs Chromium)" },
    out: { value: "HTML", help: "where the informe goes (default reports/informe.html)" },
  },
  run: async (args, context) => {
    const { makeInforme } = require("./makeInforme") as typeof import("./makeInforme");
    await makeInforme(args, context);
  },
};
