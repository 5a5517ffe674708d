/** The whole command line as one function: words in, text and an exit code out. */
import { Command, CommanderError } from "commander";
import { InputError } from "../domain/assert.ts";
import { registerAlertCommands } from "./alert-commands.ts";
import { registerArmCommand } from "./arm-command.ts";
import { registerAuditCommands } from "./audit-commands.ts";
import { registerBacktestCommands } from "./backtest-commands.ts";
import { registerBackupCommands } from "./backup-commands.ts";
import type { CliContext } from "./context.ts";
import { registerControlCommands } from "./control-commands.ts";
import { registerCvCommands } from "./cv-commands.ts";
import { registerDashboardCommand } from "./dashboard-command.ts";
import { registerDataCommands } from "./data-commands.ts";
import { registerDiscoverCommands } from "./discover-commands.ts";
import { registerDoctorCommand } from "./doctor-command.ts";
import { registerErrorCommands } from "./error-commands.ts";
import { registerExchangeCommand } from "./exchange-command.ts";
import { registerFeatureCommands } from "./feature-commands.ts";
import { registerFundamentalsCommands } from "./fundamentals-commands.ts";
import { askedHelp } from "./group-help.ts";
import { registerGuardianCommand } from "./guardian-command.ts";
import { registerInfoCommands } from "./info-commands.ts";
import { registerInitCommand } from "./init-command.ts";
import { registerJobsCommands } from "./jobs-commands.ts";
import { registerJournalCommands } from "./journal-commands.ts";
import { registerLedgerCommands } from "./ledger-commands.ts";
import { registerMetricsCommand } from "./metrics-command.ts";
import { registerModelCommands } from "./model-commands.ts";
import { registerOptimizeCommand } from "./optimize-command.ts";
import { registerOverrideCommand } from "./override-command.ts";
import { registerPairsCommands } from "./pairs-commands.ts";
import { registerPredictCommands } from "./predict-commands.ts";
import { registerRegimeCommands } from "./regime-commands.ts";
import { registerReportCommands } from "./report-commands.ts";
import { registerResearchCommands } from "./research-commands.ts";
import { registerSentimentCommands } from "./sentiment-commands.ts";
import { registerStartCommand } from "./start-command.ts";
import { stateFolder } from "./state-folder.ts";
import { registerStatsCommands } from "./stats-commands.ts";
import { registerStatusCommand } from "./status-command.ts";
import { registerStrategyCommands } from "./strategy-commands.ts";
import { registerTrainCommand } from "./train-command.ts";
import { registerUniverseCommands } from "./universe-commands.ts";
import { registerWalkForwardCommand } from "./walk-forward-command.ts";
import { registerWorkerCommand } from "./worker-command.ts";

/** Where text goes; line ends are part of it. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface GlobalOptions {
  readonly root: string;
  readonly config: readonly string[];
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Runs one command line, given as `process.argv` is. Returns the exit code of CLI.md; never throws. */
export async function runCommandLine(argv: readonly string[], streams: Streams): Promise<number> {
  try {
    const program = buildProgram(streams);
    const { front, others } = hoistGlobals(argv);
    await program.parseAsync([...front, ...askedHelp(program, others)], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    streams.err(oneLine(error instanceof Error ? error.message : String(error)));
    if (error instanceof InputError) return error.exitCode;
    if (process.env.LOG_LEVEL === "DEBUG" && error instanceof Error) streams.err(`${error.stack}\n`);
    return 1;
  }
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function buildProgram({ out, err }: Streams): Command {
  const program = new Command("plimsoll")
    .description(
      "An autonomous trading system for US equities: backtest, demo, paper and live through one engine.",
    )
    .option("--root <dir>", "folder of all state", process.env.TRADING_SYSTEM_ROOT || "var")
    .option("--config <file>", "configuration overlay, repeatable", collect, [])
    .option("--set <key=value>", "one setting, e.g. sizing.positionPct=0.03, repeatable", collect, [])
    .option("--json", "one JSON document on stdout, logs on stderr")
    .option("--quiet", "print only what was asked for: no summary of what lies in files")
    .addHelpText("after", "\nExample: plimsoll start --sessions 1 --speed max")
    .configureOutput({
      writeOut: out,
      writeErr: (text) => err(bareGroup(text)),
      outputError: (text) => err(oneLine(usageProblem(text))),
    })
    .exitOverride()
    .hook("preAction", (_, command) => refuseEmpty(command.optsWithGlobals()));
  const options = () => program.opts<GlobalOptions>();
  let root: string | undefined;
  const context: CliContext = {
    // Tried once, and only by commands that use it.
    root: () => {
      root ??= stateFolder(options().root);
      return root;
    },
    configFiles: () => options().config,
    assignments: () => options().set,
    json: () => options().json === true,
    quiet: () => options().quiet === true,
    out: (text) => out(`${text}\n`),
    err: (text) => err(`${text}\n`),
  };
  registerStartCommand(program, context);
  registerExchangeCommand(program, context);
  registerBacktestCommands(program, context);
  registerWalkForwardCommand(program, context);
  registerTrainCommand(program, context);
  registerWorkerCommand(program, context);
  registerDataCommands(program, context);
  registerFeatureCommands(program, context);
  registerStatsCommands(program, context);
  registerOptimizeCommand(program, context);
  registerCvCommands(program, context);
  registerModelCommands(program, context);
  registerPredictCommands(program, context);
  registerRegimeCommands(program, context);
  registerSentimentCommands(program, context);
  registerUniverseCommands(program, context);
  registerFundamentalsCommands(program, context);
  registerPairsCommands(program, context);
  registerStrategyCommands(program, context);
  registerDiscoverCommands(program, context);
  registerInfoCommands(program, context);
  registerJournalCommands(program, context);
  registerLedgerCommands(program, context);
  registerBackupCommands(program, context);
  registerMetricsCommand(program, context);
  registerOverrideCommand(program, context);
  registerStatusCommand(program, context);
  registerGuardianCommand(program, context);
  registerControlCommands(program, context);
  registerAuditCommands(program, context);
  registerJobsCommands(program, context);
  registerReportCommands(program, context);
  registerResearchCommands(program, context);
  registerAlertCommands(program, context);
  registerErrorCommands(program, context);
  registerInitCommand(program, context);
  registerDoctorCommand(program, context);
  registerDashboardCommand(program, context);
  registerArmCommand(program, context);
  return program;
}

/** A shell variable that is not set leaves `--root=` behind, which nobody means. */
function refuseEmpty(options: Readonly<Record<string, unknown>>): void {
  for (const [name, given] of Object.entries(options)) {
    if (![given].flat().some((value) => typeof value === "string" && value.trim() === "")) continue;
    const key = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new InputError(`${key} is empty; give a value, or leave it out`);
  }
}

/** What the parser says as `error: ...`, with its guess on a line of its own, the way everything else is said. */
function usageProblem(text: string): string {
  return `${text.trim().replace(/^error: |\.$/g, "")}; add --help for what is allowed and an example`;
}

/** A group of commands named alone is a mistake like any other; the program alone gets its whole help. */
function bareGroup(usage: string): string {
  const group = /^Usage: plimsoll (\w[\w ]*) \[options\]/.exec(usage)?.[1];
  if (group === undefined) return usage;
  const names = [...usage.matchAll(/^ {2}(?!help\b)([a-z][\w-]*)/gm)].map(([, name]) => name);
  return oneLine(`${group} is a group of commands; name one: ${names.join(", ")}; add --help for more`);
}

/** Whatever a file or an argument smuggled into a message, it stays one line and moves no cursor. */
function oneLine(message: string): string {
  return `plimsoll: ${message.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}\n`;
}

/**
 * Takes global options to the front, so that `backtest ... --json` and `--json backtest ...` mean the same. Where other
 * programs have `--version`, this one has a command.
 */
function hoistGlobals(argv: readonly string[]): { readonly front: string[]; readonly others: string[] } {
  const rest = argv.slice(2);
  const front: string[] = [];
  const others: string[] = [];
  for (let n = 0; n < rest.length; n++) {
    const word = rest[n] as string;
    if (word === "--") {
      others.push(...rest.slice(n));
      break;
    }
    if (word === "--json" || word === "--quiet") front.push(word);
    else if (/^--(?:root|config|set)=/.test(word)) front.push(word);
    else if (["--root", "--config", "--set"].includes(word) && n + 1 < rest.length) {
      front.push(word, ...rest.slice(n + 1, n + 2));
      n += 1;
    } else others.push(word);
  }
  return { front, others: others[0] === "--version" ? ["version", ...others.slice(1)] : others };
}
