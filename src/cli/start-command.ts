/** `plimsoll start` and `plimsoll reset --demo`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { replaceFile } from "../adapters/durable-file.ts";
import { asOnlyWriter } from "../adapters/lake/writer-lock.ts";
import { loadConfig } from "../app/config.ts";
import { type DemoEnd, runDemo } from "../app/demo.ts";
import { resultJson, writeRunFiles } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { loadReportFont } from "../research/report/font.ts";
import { renderReport } from "../research/report/report.ts";
import { backtestText } from "./backtest-text.ts";
import { type CliContext, tell } from "./context.ts";
import { demoRoot } from "./demo-root.ts";
import { demoScreen } from "./demo-screen.ts";
import { oneOf, wholeNumber } from "./option-values.ts";
import { stopSignals } from "./stop-signals.ts";

interface StartOptions {
  readonly mode: string;
  readonly speed?: string;
  readonly seed: string;
  readonly sessions?: string;
}

export function registerStartCommand(program: Command, context: CliContext): void {
  program
    .command("start")
    .description("run the demo: a synthetic market traded through the whole engine")
    .option("--mode <mode>", "demo; paper and live come with a later release", "demo")
    .option("--speed <n>", "exchange seconds per second, or max (default: demo.speed)")
    .option("--seed <n>", "seed of the market", "1")
    .option("--sessions <n>", "end by itself after so many sessions (default: demo.sessions)")
    .addHelpText("after", "\nExample:\n  plimsoll start --sessions 1 --speed 120")
    .addHelpText("after", "\nCtrl-C closes everything and stops.")
    .action(async (options: StartOptions) => alone(context, () => start(context, options)));

  program
    .command("reset")
    .description("remove the demo's state")
    .option("--demo", "the demo's journal and reports; nothing else can be removed")
    .option("--yes", "yes, remove it")
    .addHelpText("after", "\nExample:\n  plimsoll reset --demo --yes")
    .action(async ({ demo, yes }: { demo?: boolean; yes?: boolean }) => {
      if (demo !== true || yes !== true)
        throw new InputError("reset removes the demo's state; say so: reset --demo --yes");
      await alone(context, async () => rmSync(demoRoot(context), { recursive: true, force: true }));
      tell(context, { removed: true }, () => "the demo's state is removed");
    });
}

/** One demo at a time, and none whose state is being removed: the lock lies beside that state, not in it. */
function alone(context: CliContext, work: () => Promise<void>): Promise<void> {
  return asOnlyWriter(join(context.root(), "run", "demo.lock"), work, "the demo's state");
}

async function start(context: CliContext, options: StartOptions): Promise<void> {
  if (options.mode === "paper" || options.mode === "live") {
    throw new InputError(`--mode ${options.mode}: not in this release yet; demo runs without an account`);
  }
  oneOf("--mode", options.mode, ["demo"] as const);
  const config = loadConfig({
    files: context.configFiles(),
    assignments: context.assignments(),
    env: process.env,
  });
  const stop = stopSignals();
  const screen = demoScreen(context, join(context.root(), "killswitch", "HALT"));
  const root = demoRoot(context);
  try {
    const end = await runDemo({
      root,
      killSwitch: join(context.root(), "killswitch"),
      config,
      sessions:
        options.sessions === undefined
          ? config.demo.sessions
          : wholeNumber("--sessions", options.sessions, { least: 1, most: 1000 }),
      speed: options.speed === undefined ? config.demo.speed : speedOf(options.speed),
      seed: wholeNumber("--seed", options.seed, { least: 0, most: 2 ** 32 - 1 }),
      startedAt: new Date().toISOString(),
      command: `plimsoll start --seed ${options.seed}`,
      show: (snapshot) => screen.show(snapshot),
      stop: stop.signal,
    });
    screen.stop();
    finish(context, root, end);
  } finally {
    screen.stop();
    stop.release();
  }
}

function finish(context: CliContext, root: string, end: DemoEnd): void {
  const { report, run, exposure, columns, flat } = end;
  const out = join(root, "reports", `run-${end.journalRun}`);
  writeRunFiles(out, { run, exposure, columns, trades: report.trades, result: report.result });
  replaceFile(join(out, "report.html"), renderReport(report, loadReportFont()));
  if (context.json()) {
    context.out(resultJson({ ...report.result, flat, report: join(out, "report.html") }));
    return;
  }
  if (flat && context.quiet()) return;
  context.out(
    flat ? "The demo is over and holds nothing." : "The demo is over; it was cut short with positions open.",
  );
  context.out("");
  context.out(backtestText(report, out));
}

function speedOf(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (value > 0 && value <= 1e6) return value;
  throw new InputError(`--speed ${text}: must be a number above 0, at most 1000000, or max`);
}
