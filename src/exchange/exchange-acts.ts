/** Faults that are acts: carried out once, when the exchange's clock has reached their time. */
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { BrokeragePort } from "../sim/brokerage/brokerage-port.ts";
import type { ExchangeFloor } from "./exchange-floor.ts";
import type { Fault, FaultBook } from "./faults.ts";
import type { MarketHistory } from "./market-history.ts";

interface Droppable {
  drop(): void;
}

export interface ActParts {
  readonly faults: FaultBook;
  readonly floor: ExchangeFloor;
  readonly brokerage: BrokeragePort;
  readonly history: MarketHistory;
  readonly streams: Readonly<Record<"data" | "trades" | "news", readonly Droppable[]>>;
}

const LATE_SECONDS = 2;

export class ExchangeActs {
  readonly #parts: ActParts;

  constructor(parts: ActParts) {
    this.#parts = parts;
  }

  carryOut(now: EpochMicros): void {
    for (const fault of this.#parts.faults.dueActs(now)) this.#act(fault);
    this.#parts.floor.tell();
  }

  /** Takes back what lasts: cancels that hang, orders that come late. */
  undo(): void {
    this.#parts.brokerage.stickCancels(undefined);
    this.#parts.brokerage.creationDelay(0);
    this.#parts.floor.tell();
  }

  #act({ kind, match, count, seconds }: Fault): void {
    const { brokerage, floor, streams } = this.#parts;
    if (kind === "stream-drop") {
      const hit = match.stream === undefined ? Object.values(streams).flat() : streams[match.stream];
      for (const stream of hit) stream.drop();
    } else if (kind === "cancel-stuck") brokerage.stickCancels(match.symbol ?? "*");
    else if (kind === "cancel-unstuck") brokerage.stickCancels(undefined);
    else if (kind === "reject-after-accept") brokerage.rejectAfterAccept(count);
    else if (kind === "update-lost") brokerage.loseUpdates(count);
    else if (kind === "creation-late") brokerage.creationDelay((seconds ?? LATE_SECONDS) * MICROS_PER_SECOND);
    else if (kind === "htb-flip" && match.symbol !== undefined) brokerage.htbFlip(match.symbol);
    else if (kind === "halt" || kind === "resume") {
      const row = this.#parts.history.find(match.symbol ?? "");
      if (row !== undefined) floor.setHalted(row, kind === "halt");
    }
  }
}
