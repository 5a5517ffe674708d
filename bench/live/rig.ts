/** The real system in processes of its own against the built-in exchange, for benches that watch it from outside. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../src/app/config.ts";
import { ControlClient, type ControlQuestion } from "../../src/app/live/control-client.ts";
import { prepareRun } from "../../src/app/live/prepare-run.ts";
import type { RunTerms } from "../../src/app/live/run-terms.ts";
import { LiveSystem } from "../../src/app/live/system.ts";
import { startTwin, type Twin } from "../../src/app/live/twin-process.ts";
import { processPaths } from "../../src/cli/processes.ts";
import { xnysSessions } from "../../src/market/calendar.ts";
import { ExchangeClock } from "../../src/market/exchange-clock.ts";
import { type MemoryFigures, memoryFigures, samplesFolder } from "./memory-samples.ts";

export interface RigTerms {
  readonly config: Config;
  readonly speed: number;
  /** Further words of `plimsoll exchange`. */
  readonly words: readonly string[];
  readonly historySessions: number;
  /** Between two looks at the processes' memory, milliseconds of the machine; absent: none. */
  readonly lookEveryMs?: number;
}

export interface LiveRig {
  readonly root: string;
  readonly run: RunTerms;
  readonly twin: Twin;
  /** The exchange's time. */
  now(): number;
  ask<Value>(question: ControlQuestion): Promise<Value>;
  /** Reads a path of the exchange's trading API. */
  get<Value>(path: string): Promise<Value>;
  memory(): readonly MemoryFigures[];
  /** Processes that ended before they were told to. */
  readonly deaths: readonly string[];
  /** Ends the system, not yet the exchange, whose account can still be read. */
  stopSystem(): Promise<void>;
  stop(): Promise<void>;
}

const entry = (name: string): string => join(import.meta.dirname, `${name}.ts`);
const paths = {
  ingest: entry("ingest"),
  compute: entry("compute"),
  execute: entry("execute"),
  guardian: entry("guardian"),
  ledger: processPaths.ledger,
};
const CASH = "97000";
/** The twin bounds requests by exchange minutes: at a speed, a session's are over in seconds. */
const RATE_LIMIT = "1000000";

export async function startRig(terms: RigTerms): Promise<LiveRig> {
  const root = mkdtempSync(join(tmpdir(), "plimsoll-bench-live-"));
  mkdirSync(join(root, "run"), { mode: 0o700 });
  const folder = join(tmpdir(), samplesFolder(process.pid));
  mkdirSync(folder, { recursive: true });
  if (terms.lookEveryMs !== undefined) writeFileSync(join(folder, "every-ms"), String(terms.lookEveryMs));
  const words = ["--speed", String(terms.speed), "--seed", "1", "--cash", CASH, "--rate-limit", RATE_LIMIT];
  const twin = await startTwin({ entry: entry("exchange"), words: [...words, ...terms.words] });
  const { hosts, credentials, clock, symbols } = twin;
  const run = await prepareRun({
    ...{ root, mode: "demo", config: terms.config, credentials, hosts, clock, symbols },
    killSwitch: join(root, "killswitch"),
    historySessions: terms.historySessions,
    tell: () => undefined,
  });
  const deaths: string[] = [];
  let isStopping = false;
  const system = new LiveSystem({
    ...{ root, run, credentials, paths },
    report: (report) => {
      if (!isStopping && report.kind === "exited") deaths.push(JSON.stringify(report));
    },
  });
  await system.start();
  const control = new ControlClient(root, run);
  const exchange = new ExchangeClock(clock, xnysSessions());
  const stopSystem = async () => {
    if (isStopping) return;
    isStopping = true;
    control.close();
    await system.stop();
  };
  return {
    root,
    run,
    twin,
    deaths,
    now: () => exchange.exchangeAt(Date.now()),
    ask: async <Value>(question: ControlQuestion) => {
      const answer = await control.ask(question, 20_000);
      if (answer.kind !== "told") throw new Error(`execute answers: ${JSON.stringify(answer)}`);
      return answer.value as Value;
    },
    get: async <Value>(path: string) => {
      const headers = {
        "APCA-API-KEY-ID": credentials.keyId.reveal(),
        "APCA-API-SECRET-KEY": credentials.secretKey.reveal(),
      };
      const response = await fetch(`${hosts.trading}${path}`, { headers, redirect: "error" });
      return (await response.json()) as Value;
    },
    memory: () => memoryFigures(folder, terms.speed),
    stopSystem,
    stop: async () => {
      await stopSystem();
      await twin.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
