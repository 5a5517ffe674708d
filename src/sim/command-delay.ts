/**
 * Commands on their way to the venue (TV-1). They share one connection: none overtakes another, so a cancel that left
 * before an exit arrives before it.
 */
import type { EpochMicros } from "../domain/time.ts";
import type { Command } from "../engine/ports.ts";
import { Latency, type LatencyParams } from "./latency.ts";

export interface Travelling {
  readonly command: Command;
  readonly arrivesAt: EpochMicros;
  /** Middle of the market when it left; NaN when nobody quoted, and for what is no order. */
  readonly sentMid: number;
}

export class CommandDelay {
  readonly #latency: Latency;
  readonly #travelling: Travelling[] = [];
  #lastArrival = Number.NEGATIVE_INFINITY;

  constructor(params: LatencyParams) {
    this.#latency = new Latency(params);
  }

  get nextAt(): number {
    return this.#travelling[0]?.arrivesAt ?? Number.POSITIVE_INFINITY;
  }

  /** The market event reached us after the feed's delay, and the command travels on from there. */
  send(command: Command, now: EpochMicros, sentMid: number): void {
    const number = command.kind === "PlaceOrder" ? command.order.number : command.order;
    const delayMs = this.#latency.feedMs(number) + this.#latency.orderMs(number, command.kind);
    const arrivesAt = Math.max(now + Math.ceil(delayMs * 1000), this.#lastArrival) as EpochMicros;
    this.#lastArrival = arrivesAt;
    this.#travelling.push({ command, arrivesAt, sentMid });
  }

  /** Whoever arrives next; undefined when nothing travels. */
  take(): Travelling | undefined {
    return this.#travelling.shift();
  }
}
