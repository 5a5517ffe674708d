/** `plimsoll start` and `plimsoll reset --demo`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { readAlertSecrets, revealed } from "../adapters/alerts/alert-secrets.ts";
import { backupKeyEnv } from "../adapters/backup/sealed-file.ts";
import { asOnlyWriter } from "../adapters/lake/writer-lock.ts";
import { sdNotify } from "../adapters/sd-notify.ts";
import type { Config } from "../app/config.ts";
import { stateRoot } from "../app/live/active-run.ts";
import { type Begun, beginAccount, beginDemo, firstOpen } from "../app/live/begin-run.ts";
import { requirePermit } from "../app/live/interlock.ts";
import { type SittingEnd, sitThrough } from "../app/live/live-session.ts";
import { type TradingMode, tradingModes } from "../app/live/run-terms.ts";
import { COMMAND_ENTRY } from "../app/orchestrator/command-port.ts";
import { tradedConfig } from "../app/traded-config.ts";
import { newAccessKey } from "../dashboard/server/access-key.ts";
import { linkOf, readDashboardFacts, removeDashboardFacts } from "../dashboard/server/dashboard-file.ts";
import { listenTerms } from "../dashboard/server/listen-terms.ts";
import { buildPage } from "../dashboard/server/page-build.ts";
import { InputError } from "../domain/assert.ts";
import { LifeSigns } from "../ops/life-signs.ts";
import { envFiles } from "./alert-env.ts";
import { busPlace } from "./bus-place.ts";
import { type CliContext, report, tell } from "./context.ts";
import { demoRoot } from "./demo-root.ts";
import { type DemoScreen, demoScreen } from "./demo-screen.ts";
import { givenConfig } from "./given-config.ts";
import { writeLiveReport } from "./live-report.ts";
import { oneOf, wholeNumber } from "./option-values.ts";
import { aroundPaths, processPaths } from "./processes.ts";
import { stopSignals } from "./stop-signals.ts";
import { closingLine } from "./terminal-plain.ts";

interface StartOptions {
  readonly mode?: string;
  readonly speed?: string;
  readonly seed?: string;
  readonly data?: string;
  readonly sessions?: string;
  readonly port?: string;
}

/** Exchange seconds per second up to which a session of the demo ends as it should; to be measured closer. */
const HIGHEST_SPEED = 600;

export function registerStartCommand(program: Command, context: CliContext): void {
  program
    .command("start")
    .description("trade: a built-in exchange (demo), a paper account, or a real one")
    .option("--mode <mode>", `${tradingModes.join(", ")} (default: mode of the configuration)`)
    .option("--speed <n>", `the demo's exchange seconds per second, to ${HIGHEST_SPEED}, or max`)
    .option("--seed <n>", "seed of the demo's market (default: 1)")
    .option("--data <files>", "the demo's prices: synthetic, a folder, or files as A,B (default: synthetic)")
    .option("--sessions <n>", "end by itself after so many sessions (default in the demo: demo.sessions)")
    .option("--port <p>", "port of the dashboard, 0 for any that is free (default: dashboard.port)")
    .addHelpText("after", "\nExample:\n  plimsoll start --sessions 1 --speed 120")
    .addHelpText(
      "after",
      "\nCtrl-C stops in good order: the demo closes everything; paper and live take entries",
    )
    .addHelpText("after", "back and leave positions under the stops that rest at the broker.")
    .action((options: StartOptions) => start(context, options));

  program
    .command("reset")
    .description("remove the demo's state")
    .option("--demo", "the demo's journal and logs; nothing else can be removed")
    .option("--yes", "yes, remove it")
    .addHelpText("after", "\nExample:\n  plimsoll reset --demo --yes")
    .action(async ({ demo, yes }: { demo?: boolean; yes?: boolean }) => {
      if (demo !== true || yes !== true)
        throw new InputError("reset removes the demo's state; say so: reset --demo --yes");
      await alone(context, async () => rmSync(demoRoot(context), { recursive: true, force: true }));
      tell(context, { removed: true }, () => "the demo's state is removed");
    });
}

/** One system at a time on a root, and none whose state is being removed: the lock lies beside that state. */
function alone<Result>(context: CliContext, work: () => Promise<Result>): Promise<Result> {
  return asOnlyWriter(join(context.root(), "run", "start.lock"), work, "the state of a running system");
}

/** Everything that can be wrong with the words is found before anything is begun or written. */
async function start(context: CliContext, options: StartOptions): Promise<void> {
  const asked =
    options.mode === undefined ? undefined : oneOf<TradingMode>("--mode", options.mode, tradingModes);
  const config = givenConfig(context);
  const mode = asked ?? config.mode;
  if (mode === "live" && asked === undefined)
    throw new InputError("mode: live in the configuration trades only with --mode live; say so", 3);
  const begin =
    mode === "demo" ? demoOf(context, options, config) : accountOf(context, options, config, mode);
  const sessions = sessionsOf(options, config, mode);
  const dashboard = portOf(options);
  listenTerms(config.dashboard, mode, undefined);
  const bus = busPlace(context, config, "start")?.env ?? {};
  context.root();
  const [end, made] = await alone(context, async () => {
    const sat = await sit(context, { mode, sessions, begin, dashboard, bus });
    return [sat, mode === "demo" ? await reported(context, sat) : undefined] as const;
  });
  finish(context, end, made);
}

/** The path of the demo's report; undefined where there is nothing to report. */
async function reported(context: CliContext, { status }: SittingEnd): Promise<string | undefined> {
  if (status === undefined) return undefined;
  const out = join(demoRoot(context), "reports", status.run);
  if (!context.quiet() && !context.json()) context.err("the report is being written");
  try {
    await writeLiveReport(demoRoot(context), out);
    return join(out, "report.html");
  } catch (error) {
    // What was traded is in the journal all the same.
    if (!(error instanceof InputError)) throw error;
    if (!context.json()) context.err(`no report: ${error.message}`);
    return undefined;
  }
}

type Begin = (terms: { readonly tell: (line: string) => void }) => Promise<Begun>;

function demoOf(context: CliContext, options: StartOptions, config: Config): Begin {
  const traded = tradedConfig(config, "demo");
  firstOpen(traded);
  const speed = options.speed === undefined ? configuredSpeed(config) : speedOf(options.speed);
  const seed = wholeNumber("--seed", options.seed ?? "1", { least: 0, most: 2 ** 32 - 1 });
  const sessions = sessionsOf(options, config, "demo");
  return ({ tell: say }) =>
    beginDemo({
      ...{ root: demoRoot(context), killSwitch: killSwitch(context), config: traded, tell: say },
      ...{ entry: processPaths.exchange, speed, seed, data: options.data ?? "synthetic" },
      ...(sessions === undefined ? {} : { sessions }),
    });
}

function accountOf(
  context: CliContext,
  options: StartOptions,
  config: Config,
  mode: "paper" | "live",
): Begin {
  for (const name of ["speed", "seed", "data"] as const)
    if (options[name] !== undefined)
      throw new InputError(`--${name} is the demo's; the market of mode ${mode} goes at its own pace`);
  const traded = tradedConfig(config, mode);
  const places = { mode, root: stateRoot(context.root(), mode), env: process.env, folder: process.cwd() };
  requirePermit({ ...places, traded, nowMs: Date.now() });
  return ({ tell: say }) =>
    beginAccount({ ...places, killSwitch: killSwitch(context), config: traded, tell: say });
}

const killSwitch = (context: CliContext): string => join(context.root(), "killswitch");

interface Sitting {
  readonly mode: TradingMode;
  readonly sessions: number | undefined;
  readonly begin: Begin;
  /** Environment of the dashboard's process. */
  readonly dashboard: Readonly<Record<string, string>>;
  /** Of the bus between the stages. */
  readonly bus: Readonly<Record<string, string>>;
}

async function sit(
  context: CliContext,
  { mode, sessions, begin, dashboard, bus }: Sitting,
): Promise<SittingEnd> {
  const stop = stopSignals();
  const service = sdNotify(process.env, (reason) => context.err(`nobody hears how it is: ${reason}`));
  const beat = service && new LifeSigns(service.watchdogMs);
  let screen: DemoScreen | undefined;
  const say = (line: string) => {
    // A picture would be torn by it: there the log has it.
    if (!context.quiet() && !context.json() && screen?.isPicture !== true) context.err(line);
  };
  try {
    const page = await buildPage();
    if ("why" in page) say(page.why);
    const begun = await begin({ tell: say });
    const runRoot = stateRoot(context.root(), mode);
    const key = newAccessKey(runRoot);
    removeDashboardFacts(runRoot);
    screen = demoScreen(context, join(killSwitch(context), "HALT"));
    const { show } = screen;
    const secrets = readAlertSecrets(process.env, envFiles(context));
    const isEchoed = begun.run.config.live.logs === "both";
    return await sitThrough({
      ...{ root: context.root(), runRoot, begun, paths: processPaths, bus },
      dashboardBegan: () => {
        const found = readDashboardFacts(runRoot);
        if (found?.trouble !== undefined) say(found.trouble);
        if (typeof found?.url !== "string") return;
        say(`dashboard: ${linkOf(found.url, key)}`);
        screen?.address(found.url, linkOf(found.url, key));
      },
      around: {
        monitor: { path: aroundPaths.monitor, env: revealed(secrets) },
        orchestrator: {
          path: aroundPaths.orchestrator,
          env: { [COMMAND_ENTRY]: processPaths.exchange, ...backupKeyEnv(process.env) },
        },
        dashboard: { path: aroundPaths.dashboard, env: dashboard },
      },
      ...(sessions === undefined ? {} : { sessions }),
      ...{ show, tell: say, stop: stop.signal },
      // One document is what stdout holds with --json; a log shipper reads either.
      ...(isEchoed ? { echo: context.json() ? context.err : context.out } : {}),
      seen: beat && ((sight) => service?.tell(beat.look(sight))),
    });
  } finally {
    await service?.ended();
    screen?.stop();
    stop.release();
  }
}

/** Where the command line is, for tasks that are one of its commands; and what seals backups, where there is a key. */
function finish(
  context: CliContext,
  { status, atRest, trouble }: SittingEnd,
  made: string | undefined,
): void {
  if (trouble !== undefined) throw new InputError(`the system was stopped: ${trouble}`, 1);
  if (status === undefined)
    throw new InputError("the system was stopped before execute answered; see the log", 1);
  const { snapshot, run } = status;
  const isWell = atRest || snapshot.mode !== "demo";
  if (!isWell) process.exitCode = 1;
  if (context.quiet() && !context.json() && isWell) return;
  const { mode, equity, startEquity, positions, trades } = snapshot;
  const held = positions.map(({ symbol, strategy, shares, stop }) => ({ symbol, strategy, shares, stop }));
  const result = {
    run,
    mode,
    flat: positions.length === 0,
    atRest,
    equity,
    pnl: equity - startEquity,
    trades,
    ...(made === undefined ? {} : { report: made }),
  };
  report(context, { ...result, positions: held }, () =>
    [closingLine(snapshot), holdsLine(status), ...(made === undefined ? [] : [`Report: ${made}`])].join("\n"),
  );
}

function holdsLine({
  snapshot: { mode, positions },
  workingOrders,
}: NonNullable<SittingEnd["status"]>): string {
  if (positions.length === 0 && workingOrders === 0) return "It holds nothing, and no order works.";
  const held = positions.map(({ symbol, shares }) => `${shares} ${symbol}`).join(", ");
  if (mode === "demo") return `It was cut short with positions open: ${held}.`;
  return `It holds ${held || "nothing"}; ${workingOrders} orders rest at the broker. The next start goes on with them.`;
}

function sessionsOf(options: StartOptions, config: Config, mode: TradingMode): number | undefined {
  if (options.sessions !== undefined)
    return wholeNumber("--sessions", options.sessions, { least: 1, most: 1000 });
  return mode === "demo" ? config.demo.sessions : undefined;
}

function speedOf(text: string): number {
  if (text === "max") return HIGHEST_SPEED;
  const value = Number(text);
  if (value > 0 && value <= HIGHEST_SPEED) return value;
  throw new InputError(`--speed ${text}: must be a number above 0, at most ${HIGHEST_SPEED}, or max`);
}

function configuredSpeed({ demo: { speed } }: Config): number {
  if (speed <= HIGHEST_SPEED) return speed;
  throw new InputError(`config: demo.speed = ${speed}: must be at most ${HIGHEST_SPEED}`);
}

/** What the dashboard's process is told of the command line. */
function portOf({ port }: StartOptions): Readonly<Record<string, string>> {
  if (port === undefined) return {};
  return { DASHBOARD_PORT: String(wholeNumber("--port", port, { least: 0, most: 65_535 })) };
}
