import { linkStack } from "../../data-prep/link";
import { type Command, parseImageChoice, SHARED_OPTIONS } from "./command";

export const command: Command = {
  positionals: ["TREE", "FLAT"],
  options: SHARED_OPTIONS.choice,
  examples: ["data/tree data/slc"],

  async run(args, context) {
    const [tree, flat] = args.positionals as [string, string];
    const { linked, kept, skipped, dates, notes } = linkStack(tree, flat, parseImageChoice(args));
    for (const { path, reason } of skipped) context.tell(`link: left out ${path}: ${reason}`);
    for (const note of notes) context.tell(`link: ${note}`);
    context.tell(
      `link: ${dates.length} dates in ${flat} (${linked.length} linked, ${kept.length} there already)`,
    );
  },
};
