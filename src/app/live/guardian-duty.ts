/**
 * What execute owes to the guardian: a beat ten times a second, and a word that a closing is in our hands, so that it
 * takes over when either stops (RISK-5, RELIABILITY 1.4). Whose key the broker refuses closes nothing, and says so.
 */
import { rmSync } from "node:fs";
import { replaceFile } from "../../adapters/durable-file.ts";
import {
  type EngineBeat,
  type FlattenLease,
  type FlattenLine,
  type GuardianBeat,
  positionsHash,
} from "../../domain/guardian-beat.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { GuardianSocket } from "../../ops/watchdog/guardian-socket.ts";
import type { ExecuteDriver } from "./execute-driver.ts";
import type { StageContext } from "./stage-context.ts";

/** The guardian takes over when nothing in the lease has changed for 3 s. */
export const LEASE_EVERY_MS = 500;

const lineNames: Readonly<Record<string, FlattenLine>> = {
  F0: "enter",
  F1: "cancel",
  F2: "close",
  F3: "verify",
  F4: "lock",
  F5: "notify",
};

export class GuardianDuty {
  readonly #context: StageContext;
  readonly #driver: ExecuteDriver;
  readonly #socket: GuardianSocket;
  #holdsLease = false;

  constructor(context: StageContext, driver: ExecuteDriver, heard: (beat: GuardianBeat) => void) {
    this.#context = context;
    this.#driver = driver;
    this.#socket = new GuardianSocket(heard);
  }

  listen(): Promise<void> {
    return this.#socket.listen(this.#context.places.guardianSocket);
  }

  close(): void {
    this.#socket.close();
  }

  beat(): void {
    const { stage } = this.#driver.live;
    const flattenLine = this.#closingLine;
    const { symbols } = this.#context.instruments;
    const positions = stage.portfolio.positions().map(({ instrument }) => ({
      symbol: symbols[instrument] ?? "",
      shares: stage.portfolio.shares(instrument),
    }));
    const haltId = stage.flattening?.haltId;
    const line = flattenLine === undefined ? undefined : lineNames[flattenLine];
    const beat: EngineBeat = {
      kind: "engine",
      mono: this.#context.clock.now(),
      seq: this.#driver.inputs,
      pending: 0,
      ...(haltId === undefined ? {} : { haltId }),
      ...(line === undefined ? {} : { flattenLine: line }),
      exposure: stage.portfolio.gross,
      positionsHash: positionsHash(positions),
      flows: this.#flows,
      pid: process.pid,
    };
    this.#socket.send(beat);
  }

  /** Before the first bar of a session the last one's flows are in the close that its losses are measured from. */
  get #flows(): number {
    const { baselines, clock } = this.#driver.live.stage;
    const isToday = clock.date === newYorkDay(this.#context.now().at);
    return isToday ? baselines.flowToday : baselines.flowSinceValued;
  }

  /** KR-2: which line of a closing we are at; undefined also when the broker lets us do none of it. */
  get #closingLine(): string | undefined {
    const { flattenLine, refusedBy } = this.#driver.live;
    return refusedBy === undefined ? flattenLine : undefined;
  }

  keepLease(): void {
    const { stage } = this.#driver.live;
    const flattenLine = this.#closingLine;
    const haltId = stage.flattening?.haltId;
    const path = this.#context.places.flattenLease;
    if (haltId === undefined || flattenLine === undefined) {
      if (this.#holdsLease) rmSync(path, { force: true });
      this.#holdsLease = false;
      return;
    }
    this.#holdsLease = true;
    const line = lineNames[flattenLine] ?? "close";
    const lease: FlattenLease = { haltId, owner: "engine", line, beatAtMs: Date.now() };
    try {
      replaceFile(path, JSON.stringify(lease));
    } catch (error) {
      // A full disk stops no closing; the guardian then closes too, under the same names.
      this.#context.log("error", `${path}: ${(error as Error).message}`);
    }
  }
}
