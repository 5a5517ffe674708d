/** `plimsoll journal verify|replay|project` and `plimsoll parity`: what happened, and proof that it was so. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { lifecycleOf } from "../app/live/build-execute.ts";
import { checkParity } from "../app/live/parity.ts";
import type { ParityDifference, ParityResult } from "../app/live/parity-terms.ts";
import { type JournalsReport, journalPath, verifyJournals } from "../app/live/recorded-run.ts";
import { type ReplayResult, replayRun } from "../app/live/replay-run.ts";
import { resimulate } from "../app/live/resimulation.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";
import { demoRoot } from "./demo-root.ts";
import { example } from "./group-help.ts";
import { registerJournalProject } from "./ledger-project-command.ts";
import { maybeDate } from "./option-values.ts";

interface RunOptions {
  readonly date?: string;
  readonly demo?: boolean;
}

const DATE = "count this session only, YYYY-MM-DD, in the newest run that has it";
const DEMO = "the demo's journals, where there are others too";

export function registerJournalCommands(program: Command, context: CliContext): void {
  const journal = program
    .command("journal")
    .description("what happened, and proof that it was so")
    .addHelpText("after", example("plimsoll journal verify"));

  journal
    .command("verify")
    .description("walk the hash chains of all journals; exit 3 when an entry is not what it was")
    .option("--demo", DEMO)
    .addHelpText("after", "\nExample:\n  plimsoll journal verify")
    .action(({ demo }: RunOptions) => {
      const result = verifyJournals(journalRoot(context, demo));
      report(context, result, () => verifyText(result));
      if (result.brokenAt !== null) process.exitCode = 3;
    });

  journal
    .command("replay")
    .description("run each stage again from its own journal; exit 3 when it says anything else")
    .option("--date <date>", DATE)
    .option("--demo", DEMO)
    .addHelpText("after", "\nExample:\n  plimsoll journal replay --date 2026-11-18")
    .action(({ date, demo }: RunOptions) => {
      const day = maybeDate("--date", date);
      const result = replayRun({ root: journalRoot(context, demo), date: day });
      report(context, result, () => replayText(result));
      if (!result.identical) process.exitCode = 3;
    });

  registerJournalProject(journal, context, lifecycleOf);

  program
    .command("parity")
    .description("a recorded run as a backtest with the recorded fills; exit 1 when it decides anything else")
    .option("--date <date>", DATE)
    .option("--demo", DEMO)
    .option("--resimulate", "let the backtest's venue fill the orders, and list what came out otherwise")
    .addHelpText("after", "\nExample:\n  plimsoll parity --date 2026-11-18")
    .action(({ date, demo, resimulate: isSimulated }: RunOptions & { readonly resimulate?: boolean }) => {
      const choice = { date: maybeDate("--date", date), root: journalRoot(context, demo) };
      const result = isSimulated === true ? resimulate(choice) : checkParity(choice);
      report(context, result, () => parityText(result));
      if (!result.identical) process.exitCode = 1;
    });
}

/** A demo's journals lie apart from everything that could be real. */
function journalRoot(context: CliContext, demo = false): string {
  const roots = demo ? [demoRoot(context)] : [context.root(), demoRoot(context)];
  const found = roots.find((root) => existsSync(journalPath(root, "execute")));
  if (found !== undefined) return found;
  throw new InputError(`journal: there is none under ${roots[0]}; run one with: plimsoll start`, 1);
}

function verifyText({ runs, entries, auditRows, brokenAt }: JournalsReport): string {
  return brokenAt === null
    ? `journal: ${entries} entries of ${runs} runs and ${auditRows} acts of operators are as they were written`
    : `journal: broken at ${brokenAt}; restore the last backup`;
}

function replayText(result: ReplayResult): string {
  const { run, events, commands, identical, firstDifference, stages } = result;
  if (identical)
    return `journal: run ${run}, ${events} events gave the same ${commands} commands, byte for byte`;
  const altered = stages.find(({ alteredAt }) => alteredAt !== null);
  if (altered !== undefined)
    return `journal: run ${run}, entry ${altered.alteredAt} of ${altered.stage} is not what was written: not replayed`;
  return [
    `journal: run ${run} parts at entry ${firstDifference?.entry} of ${firstDifference?.stage}`,
    `  recorded: ${shown(firstDifference?.recorded)}`,
    `  replayed: ${shown(firstDifference?.replayed)}`,
    ...buildLine(result),
  ].join("\n");
}

const buildLine = ({ recordedBy, replayedBy }: ReplayResult): string[] =>
  recordedBy === replayedBy ? [] : [`  recorded by build ${recordedBy}, this is ${replayedBy}`];

function parityText({ run, mode, decisions, orders, identical, ...rest }: ParityResult): string {
  const { differences, differencesFound, pnl } = rest;
  const money =
    pnl === null
      ? []
      : [
          `parity: net result ${pnl.recorded} USD recorded, ${pnl.simulated} USD simulated: ${pnl.difference} USD`,
        ];
  const counted = `${decisions} decisions and ${orders} orders`;
  if (identical) return [`parity: run ${run}, ${mode}: ${counted}, all the same`, ...money].join("\n");
  return [
    `parity: run ${run}, ${mode}: ${differencesFound} differences in ${counted}`,
    ...money,
    ...differences.slice(0, LINES).map(differenceLine),
    ...(differencesFound > LINES
      ? [`... and ${differencesFound - LINES} more; --json has the first 1000`]
      : []),
  ].join("\n");
}

const LINES = 20;
const SHOWN = 120;

function differenceLine({ at, what, cause, strategy, symbol, recorded, replayed }: ParityDifference): string {
  const subject = [what, strategy, symbol].filter((word) => word !== "").join(" ");
  return `${at} ${subject}, ${cause}\n  recorded: ${shown(recorded)}\n  replayed: ${shown(replayed)}`;
}

const shown = (text: string | null | undefined): string => (text ?? "nothing").slice(0, SHOWN);
