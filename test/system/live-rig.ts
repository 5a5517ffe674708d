/**
 * The whole live system over the twin, with real processes, for those who kill them: starts it, signals any process of
 * it, waits until it is well again, and judges its books by the twin's. One at a time on a machine.
 */
import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { loadConfig } from "../../src/app/config.ts";
import type { EngineSnapshot } from "../../src/app/engine-snapshot.ts";
import type { ProcessState } from "../../src/app/live/active-run.ts";
import { ControlClient } from "../../src/app/live/control-client.ts";
import { prepareRun } from "../../src/app/live/prepare-run.ts";
import { replayRun } from "../../src/app/live/replay-run.ts";
import type { RunTerms } from "../../src/app/live/run-terms.ts";
import { LiveSystem } from "../../src/app/live/system.ts";
import { startTwin, type Twin } from "../../src/app/live/twin-process.ts";
import { tradedConfig } from "../../src/app/traded-config.ts";
import { processPaths } from "../../src/cli/processes.ts";
import type { SupervisorReport } from "../../src/ops/process-plan.ts";
import { bookProblems } from "./book-problems.ts";
import { JournalWatch } from "./journal-watch.ts";
import { TwinBooks } from "./twin-books.ts";

export const roles = ["ingest", "compute", "execute", "guardian", "ledger"] as const;
export type Role = (typeof roles)[number];

/** What execute answers to `status`. */
export interface LiveStatus {
  readonly snapshot: EngineSnapshot;
  readonly feed: { readonly line: string } | null;
  readonly unknownOrders: number;
  readonly staleDecisions: number;
  readonly inputs: number;
}

export interface RigTerms {
  readonly root: string;
  readonly speed: number;
  readonly seed: number;
  /** `key.path=value`, over the configuration. */
  readonly settings?: readonly string[];
  /** Keys of the bus between the stages. */
  readonly bus?: Readonly<Record<string, string>>;
}

const POLL_MS = 150;
const RESTART_MS = 400;
/** So long for the strategies' own orders to pass a place, then for each of an operator's. */
const NUDGE_MS = 15_000;
const WELL_MS = 90_000;
/** A position that others have closed is booked after 30 s of doubt and a look. */
const SETTLE_MS = 60_000;
export const KILL_WORD = "PLIMSOLL_KILL_AT";

export class LiveRig {
  readonly root: string;
  readonly run: RunTerms;
  readonly twin: TwinBooks;
  readonly journals: JournalWatch;
  readonly reports: SupervisorReport[] = [];
  readonly #twinProcess: Twin;
  readonly #system: LiveSystem;
  readonly #control: ControlClient;

  private constructor(root: string, run: RunTerms, twin: Twin, bus: RigTerms["bus"]) {
    this.root = root;
    this.run = run;
    this.#twinProcess = twin;
    this.twin = new TwinBooks(twin);
    this.journals = new JournalWatch(root, run.run);
    this.#system = new LiveSystem({
      root,
      run,
      credentials: twin.credentials,
      paths: processPaths,
      bus,
      report: (report) => this.reports.push(report),
      longestWaitMs: RESTART_MS,
      // Dozens of deaths are what it is there for.
      crashesMax: Number.POSITIVE_INFINITY,
    });
    this.#control = new ControlClient(root, run);
  }

  /** Resolves when all processes are ready. */
  static async start({ root, speed, seed, settings = [], bus }: RigTerms): Promise<LiveRig> {
    mkdirSync(`${root}/run`, { recursive: true, mode: 0o700 });
    const words = { "--speed": speed, "--seed": seed, "--cash": 97_000, "--rate-limit": 1_000_000 };
    const twin = await startTwin({
      entry: processPaths.exchange,
      words: Object.entries(words).flatMap(([word, value]) => [word, String(value)]),
    });
    const { credentials, hosts, clock, symbols } = twin;
    const run = await prepareRun({
      ...{
        root,
        mode: "demo",
        config: tradedConfig(loadConfig({ assignments: settings }), "demo"),
        credentials,
        hosts,
        clock,
        symbols,
      },
      killSwitch: `${root}/killswitch`,
      historySessions: 2,
      tell: () => undefined,
    });
    const rig = new LiveRig(root, run, twin, bus);
    await rig.#system.start();
    return rig;
  }

  async stop(): Promise<void> {
    delete process.env[KILL_WORD];
    this.#control.close();
    await this.#system.stop();
    await this.#twinProcess.stop();
  }

  /** As their supervisor tells of them. */
  get processes(): readonly ProcessState[] {
    return this.#system.status();
  }

  pid(role: Role): number | undefined {
    return this.#system.status().find(({ id }) => id === role)?.pid;
  }

  /** False where the process is not there at the moment. */
  signal(role: Role, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): boolean {
    const pid = this.pid(role);
    if (pid !== undefined) process.kill(pid, signal);
    return pid !== undefined;
  }

  /** Resolves when its end was noticed; waits for a process that is down to come up first. */
  async kill(role: Role): Promise<void> {
    const before = this.#exits(role);
    await this.until(`${role} is there`, RESTART_MS * 50, () => this.signal(role, "SIGKILL"));
    await this.until(`${role} is gone`, RESTART_MS * 50, () => this.#exits(role) > before);
  }

  /** Undefined while execute does not answer. */
  async status(withinMs = 1000): Promise<LiveStatus | undefined> {
    const answer = await this.#control.ask({ verb: "status" }, withinMs).catch(() => undefined);
    return answer?.kind === "told" ? (answer.value as LiveStatus) : undefined;
  }

  halt = () => this.#control.ask({ verb: "halt", by: "kill test", reason: "a test" });
  close = (symbol: string) => this.#control.ask({ verb: "close", by: "kill test", reason: "a test", symbol });
  resume = () => this.#control.ask({ verb: "resume", by: "kill test", reason: "a test" });

  /** Resolves to what `look` gives once it gives something; throws with the last state when it takes too long. */
  async until<Found>(
    what: string,
    withinMs: number,
    look: () => Found | Promise<Found>,
  ): Promise<NonNullable<Found>> {
    const end = performance.now() + withinMs;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found as NonNullable<Found>;
      if (performance.now() > end)
        throw new Error(`${what}: not within ${withinMs} ms; ${await this.#described()}`);
      await pause(POLL_MS);
    }
  }

  /** All processes are up, execute answers, the books were compared, the feed flows, every order's fate is known. */
  up(withinMs = WELL_MS): Promise<LiveStatus> {
    return this.until("up again", withinMs, async () => {
      if (this.#system.status().some(({ state }) => state !== "ready")) return undefined;
      const status = await this.status();
      if (status?.feed?.line !== "up" || status.unknownOrders > 0) return undefined;
      return status.snapshot.permission.claims.some(({ source }) => source === "startup")
        ? undefined
        : status;
    });
  }

  /** As `up`, and nothing but latched claims holds: the watchdog has watched long enough. */
  well(withinMs = WELL_MS): Promise<LiveStatus> {
    return this.until("well again", withinMs, async () => {
      const status = await this.up(withinMs);
      const isCalm = status.snapshot.permission.claims.every(
        ({ liftedBy, authority }) => liftedBy === "operator" || authority !== "circuit_breakers",
      );
      return isCalm ? status : undefined;
    });
  }

  /**
   * Has the process start anew with its place to die at, and waits until it has died there; throws with what bars it
   * when it never got there. The first death comes from outside, at whatever moment it is.
   */
  async killAt(role: Role, word: string, withinMs: number, begun?: () => Promise<unknown>): Promise<void> {
    process.env[KILL_WORD] = word;
    const before = this.#exits(role);
    this.signal(role, "SIGKILL");
    await this.until(
      `${role} armed`,
      WELL_MS,
      () => this.#exits(role) > before && this.pid(role) !== undefined,
    );
    delete process.env[KILL_WORD];
    await begun?.();
    const end = performance.now() + withinMs;
    let nextClose = performance.now() + NUDGE_MS;
    while (performance.now() < end) {
      if (this.#exits(role) > before + 1) return;
      if (begun === undefined && performance.now() > nextClose) {
        nextClose += NUDGE_MS;
        await this.#nudge();
      }
      await pause(POLL_MS);
    }
    const described = await this.#described();
    // It would die later, in the middle of another case.
    this.signal(role, "SIGKILL");
    throw new Error(`${word}: never reached within ${withinMs} ms; ${described}`);
  }

  /** Where the guardian has closed everything meanwhile, an operator has looked at it and resumes (C-01). */
  async letGoOn(): Promise<void> {
    const isLocked = (status: LiveStatus | undefined) =>
      status?.snapshot.permission.claims.some(({ source }) => source === "guardian") === true;
    if (!isLocked(await this.status())) return;
    await this.until("resumed", SETTLE_MS, async () => {
      const answer = await this.resume().catch(() => undefined);
      return answer?.kind === "accepted";
    });
  }

  /** Waits until the twin has so many orders more. */
  async moreOrders(more: number, withinMs: number): Promise<void> {
    await this.twin.readOrders();
    const { size } = this.twin.orders;
    await this.until("orders flow", withinMs, async () => {
      await this.letGoOn().catch(() => undefined);
      await this.twin.readOrders();
      return this.twin.orders.size >= size + more;
    });
  }

  /** The record of all three stages replays to the last byte. */
  expectReplays(): void {
    const { stages } = replayRun({ root: this.root });
    expect(
      stages.map(({ stage, firstDifference, identical }) => [stage, firstDifference, identical]),
    ).toEqual([
      ["ingest", null, true],
      ["compute", null, true],
      ["execute", null, true],
    ]);
  }

  /** Waits for one more death; whoever starts after it has that word. */
  async nextDeath(role: Role, withinMs: number, word: string | undefined): Promise<void> {
    await this.until(`${role} is there`, WELL_MS, () => this.pid(role) !== undefined);
    if (word === undefined) delete process.env[KILL_WORD];
    else process.env[KILL_WORD] = word;
    const before = this.#exits(role);
    await this.until(`${role} dies`, withinMs, () => this.#exits(role) > before);
  }

  /** What is wrong with the books now, given a minute to agree. */
  async problems(): Promise<string[]> {
    const end = performance.now() + SETTLE_MS;
    for (;;) {
      const found = await this.#problemsNow();
      if (found.length === 0 || performance.now() > end) return found;
      await pause(POLL_MS * 3);
    }
  }

  async #problemsNow(): Promise<string[]> {
    const [before, cashBefore] = [await this.twin.positions(), await this.twin.cash()];
    const status = await this.status();
    if (status === undefined) return ["execute does not answer"];
    const [after, cashAfter] = [await this.twin.positions(), await this.twin.cash()];
    // A fill between the two looks: neither can be compared.
    if (cashBefore !== cashAfter || JSON.stringify([...before]) !== JSON.stringify([...after]))
      return ["the twin's books do not stand still"];
    await this.twin.readOrders();
    this.journals.read();
    return bookProblems({
      status,
      outside: this.run.outside,
      cash: cashAfter,
      positions: after,
      orders: [...this.twin.orders.values()],
      journals: this.journals,
    });
  }

  /**
   * After some deaths the watchdog trusts the channels for minutes no more (RELIABILITY 1.3) and no entry is sent. What
   * reduces is never barred: an operator's close passes the same places. And the guardian may have closed everything
   * since the last look: then nothing is sent before somebody resumes.
   */
  async #nudge(): Promise<void> {
    await this.letGoOn().catch(() => undefined);
    const symbol = (await this.status())?.snapshot.positions[0]?.symbol;
    if (symbol === undefined) return;
    // It may die before it answers: that is what is waited for.
    await this.#control
      .ask({ verb: "close", by: "kill test", reason: "a test", symbol })
      .catch(() => undefined);
  }

  #exits(role: Role): number {
    return this.reports.filter(({ kind, id }) => kind === "exited" && id === role).length;
  }

  async #described(): Promise<string> {
    const children = this.#system.status().map(({ id, state }) => `${id} ${state}`);
    const status = await this.status();
    const claims = status?.snapshot.permission.claims.map(({ source, reason }) => `${source}: ${reason}`);
    const rest = `feed ${status?.feed?.line}, unknown ${status?.unknownOrders}`;
    return `${children.join(", ")}; ${rest}; ${(claims ?? ["no answer"]).join(" | ")}`;
  }
}
