/**
 * The demo: a synthetic market through ingest, compute and execute, at speed, with a journal and the kill
 * switch, until its sessions are over or somebody stops it. It ends flat (RUN-2).
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeFolder } from "../adapters/durable-file.ts";
import { RunJournal } from "../adapters/run-journal.ts";
import { InputError } from "../domain/assert.ts";
import { columnsFromBars } from "../domain/bars.ts";
import { type EpochMicros, isoDate, parseIsoDate, type Sequence } from "../domain/time.ts";
import { pumpOnce } from "../engine/pump.ts";
import { sentence } from "../engine/signal-table.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { xnysSessions } from "../market/calendar.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { createSyntheticMarket, type SyntheticMarket } from "../sim/synthetic-market.ts";
import type { BarVenue } from "../sim/timeline.ts";
import { SimulatedVenue } from "../sim/venue.ts";
import { strategies } from "../strategies/registry.ts";
import { type Config, withSettings } from "./config.ts";
import { DemoMarket } from "./demo-market.ts";
import { buildLoop, type EngineRun, type RunSetup } from "./engine-run.ts";
import type { EngineSnapshot } from "./engine-snapshot.ts";
import { engineSnapshot } from "./engine-view.ts";
import { EquityCurve } from "./equity-curve.ts";
import { type ExposureCurve, exposureCurve } from "./exposure-curve.ts";
import { checkHardBounds } from "./hard-bounds.ts";
import { JournalWriter } from "./journal-writer.ts";
import { warmOn } from "./run-history.ts";
import { reportRun } from "./run-report.ts";
import type { ReportInput } from "./run-result.ts";
import { refuseUnwatched } from "./watched-stops.ts";

export interface DemoRequest {
  /** Folder of the demo's own state. */
  readonly root: string;
  /** Folder of the HALT file, shared by all modes. */
  readonly killSwitch: string;
  readonly config: Config;
  readonly sessions: number;
  /** Exchange seconds per second; Infinity for as fast as it goes. */
  readonly speed: number;
  readonly seed: number;
  readonly startedAt: string;
  readonly command: string;
  /** Called after each minute. */
  readonly show: (snapshot: EngineSnapshot) => void;
  /** Ends the demo: closes everything, then stops. */
  readonly stop: AbortSignal;
}

export interface DemoEnd {
  readonly report: ReportInput;
  readonly run: EngineRun;
  readonly exposure: ExposureCurve;
  readonly columns: RunSetup["columns"];
  /** True when nothing was held at the end. */
  readonly flat: boolean;
  /** Number of the run in the journal: what tells its report from those of other runs. */
  readonly journalRun: number;
}

const MINUTE_MS = 60_000;
/** Minutes before the last close at which the demo closes everything. */
const CLOSE_OUT_MINUTES = 10;
const CURVE_POINTS = 2000;
const ORDERS_SHOWN = 200;
const NO_TRIAL = "Not counted: a demo on a synthetic market proves nothing and is no trial.";
const NO_CANARY = "Not run: a demo trades once and is not repeated. A backtest runs it.";

/** What a replay needs besides the entries: the setup, and where the warm-up came from. */
export interface DemoHeader {
  readonly mode: "demo";
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly cash: number;
  readonly warmup: { readonly seed: number; readonly firstSession: string; readonly sessions: number };
}

export async function runDemo(request: DemoRequest): Promise<DemoEnd> {
  const demo = new Demo(request);
  try {
    await demo.run();
    return demo.finish();
  } finally {
    demo.close();
  }
}

/** The demo's strategies with the parameters that suit minute bars. */
export function demoConfig(config: Config): Config {
  const entries = Object.entries(config.strategies).map(([id, entry]) => {
    const params = { ...entry.params, ...config.demo.params[id] };
    return [id, { ...entry, params }] as const;
  });
  const quicker = { ...config, strategies: Object.fromEntries(entries) };
  const { settings } = config.demo;
  const traded =
    config.profile === "strict" ? quicker : withSettings(quicker, settings, "config: demo.settings");
  refuseUnwatched(traded, "set execution.stops to venue: the demo's market is made of bars");
  checkHardBounds(traded);
  return traded;
}

/** Shows the loop, and the venue that its fills come from, the sessions before the first. */
export function warmUp(market: SyntheticMarket, sessions: number, loop: SingleLoop, venue: BarVenue): void {
  warmOn({ columns: market.history(sessions), actions: [] }, market, loop, venue);
}

class Demo {
  readonly #request: DemoRequest;
  readonly #config: Config;
  readonly #strategyIds: readonly string[];
  readonly #market: SyntheticMarket;
  readonly #venue: SimulatedVenue;
  readonly #source: DemoMarket;
  readonly #run: EngineRun & { readonly loop: SingleLoop };
  readonly #store: RunJournal;
  readonly #journal: JournalWriter;
  readonly #journalRun: number;
  readonly #recent: number[] = [];
  #sequence = 0;
  #at: EpochMicros;
  #halted = false;
  #closing = false;

  constructor(request: DemoRequest) {
    this.#request = request;
    // There from the start, so that halting is one `touch` in an emergency.
    makeFolder(request.killSwitch);
    this.#config = demoConfig(request.config);
    this.#strategyIds = Object.entries(this.#config.strategies)
      .filter(([, { enabled }]) => enabled)
      .map(([id]) => id);
    const { firstSession, warmupSessions } = this.#config.demo;
    this.#market = createSyntheticMarket({ seed: request.seed, firstSession: sessionDay(firstSession) });
    const instruments = this.#market.instruments.symbols.length;
    this.#venue = new SimulatedVenue(instruments, this.#config.costs, xnysSessions());
    this.#source = new DemoMarket(this.#market, this.#venue);
    const cash = this.#config.account.capital;
    const curve = new EquityCurve(request.sessions * 390 + 1);
    const setup = { config: this.#config, strategyIds: this.#strategyIds, sessions: xnysSessions(), cash };
    const columns = { timeframe: "1m" as const, instruments: this.#market.instruments };
    const built = buildLoop({ ...setup, columns }, strategies, {
      record: (execute) => {
        curve.record(execute);
        this.#recent.push(execute.portfolio.equity);
        if (this.#recent.length > CURVE_POINTS) this.#recent.shift();
      },
    });
    this.#run = { ...built, curve };
    this.#at = this.#market.sessionTimes(0).open;
    warmUp(this.#market, warmupSessions, this.#run.loop, this.#venue);
    this.#store = new RunJournal(join(request.root, "db", "journal.db"));
    this.#journal = new JournalWriter(this.#store);
    const header: DemoHeader = {
      mode: "demo",
      config: this.#config,
      strategyIds: this.#strategyIds,
      cash,
      warmup: { seed: request.seed, firstSession, sessions: warmupSessions },
    };
    this.#journalRun = this.#store.start(request.startedAt, canonicalJson(header));
  }

  async run(): Promise<void> {
    for (let n = 0; n < this.#request.sessions && !this.#over(); n++) {
      this.#source.openSession();
      while (!this.#source.sessionOver && !this.#over()) {
        this.#operate(n === this.#request.sessions - 1);
        this.#source.nextMinute();
        this.#pumpAll();
        this.#request.show(this.#snapshot());
        await this.#pace();
      }
    }
  }

  finish(): DemoEnd {
    const config = this.#config;
    const cash = config.account.capital;
    const columns = columnsFromBars("1m", this.#market.instruments, this.#source.bars);
    const setup: RunSetup = {
      config,
      strategyIds: this.#strategyIds,
      columns,
      sessions: xnysSessions(),
      cash,
    };
    const exposure = exposureCurve(columns, this.#run.loop.execute, cash);
    const report = reportRun(
      {
        setup,
        run: this.#run,
        exposure,
        canary: { notRun: NO_CANARY, passed: true, decisions: 0, moved: 0, firstDifference: null },
        mode: "demo",
        uncounted: NO_TRIAL,
        snapshot: `synthetic market, seed ${this.#request.seed}`,
        profile: "demo",
        seed: this.#request.seed,
        command: this.#request.command,
      },
      () => [],
    );
    return {
      report,
      run: this.#run,
      exposure,
      columns,
      flat: this.#run.loop.execute.portfolio.openPositions === 0,
      journalRun: this.#journalRun,
    };
  }

  close(): void {
    this.#store.close();
  }

  /** A stopped demo lives on until it is flat, then is over. */
  #over(): boolean {
    return (
      this.#closing && this.#request.stop.aborted && this.#run.loop.execute.portfolio.openPositions === 0
    );
  }

  #operate(lastSession: boolean): void {
    if (!this.#halted && haltAsked(this.#request.killSwitch)) {
      this.#halted = true;
      this.#source.operator({
        kind: "OperatorActed",
        at: this.#at,
        action: "halt",
        by: "kill switch",
        reason: "the file killswitch/HALT is there",
      });
    }
    if (this.#closing) return;
    const ending = lastSession && this.#source.minutesLeft <= CLOSE_OUT_MINUTES;
    if (!ending && !this.#request.stop.aborted) return;
    this.#closing = true;
    const reason = ending ? "last minutes of the last session" : "stopped from outside";
    this.#source.operator({ kind: "OperatorActed", at: this.#at, action: "finish", by: "demo", reason });
  }

  #pumpAll(): void {
    const { loop } = this.#run;
    while (pumpOnce(this.#source, loop, this.#journal, this.#venue, this.#sequence as Sequence))
      this.#sequence += 1;
    this.#journal.commit();
    this.#at = this.#source.lastMinute;
  }

  /** Sleeps what is left of the minute at the chosen speed; a stopped demo hurries. */
  async #pace(): Promise<void> {
    const { speed, stop } = this.#request;
    const waitMs = stop.aborted || !Number.isFinite(speed) ? 0 : MINUTE_MS / speed;
    try {
      await pause(waitMs, undefined, { signal: stop });
    } catch {
      // The signal ended the wait: the loop sees it.
    }
  }

  #snapshot(): EngineSnapshot {
    const { risk } = this.#config;
    return engineSnapshot({
      mode: "demo",
      execute: this.#run.loop.execute,
      strategies: this.#strategyIds,
      reason: (strategy, signal) =>
        sentence(
          this.#run.loop.compute.signals,
          signal,
          this.#run.allocated[strategy]?.strategy.reasons ?? [],
        ),
      instruments: this.#market.instruments,
      at: this.#at,
      session: this.#source.session,
      sessionNumber: this.#source.sessionNumber,
      sessions: this.#request.sessions,
      startEquity: this.#config.account.capital,
      curve: this.#recent,
      limits: { drawdown: limitOf(risk.daily_drawdown), gross: limitOf(risk.gross_exposure) },
      rejectedRecords: this.#source.ingest.rejected,
      bars: this.#source.bars.length,
      speed: this.#request.speed,
      orders: ORDERS_SHOWN,
    });
  }
}

/** Present or unreadable both mean halt: in doubt, stop (C-01). A missing folder means nobody asked. */
function haltAsked(folder: string): boolean {
  if (!existsSync(folder)) return false;
  try {
    return readdirSync(folder).includes("HALT");
  } catch {
    return true;
  }
}

function sessionDay(text: string) {
  const day = parseIsoDate(text);
  if (day === undefined)
    throw new InputError(`config: demo.firstSession = ${text}: must be a date, e.g. 2026-11-18`);
  const table = xnysSessions();
  if (table.date.includes(day)) return day;
  throw new InputError(`config: demo.firstSession = ${isoDate(day)}: XNYS is closed then`);
}

function limitOf(params: unknown): number {
  const { maxFraction } = params as { readonly maxFraction?: number };
  return maxFraction ?? Number.NaN;
}
