/** The state of an execute stage as one short text: equal text, equal account, orders, permission and requests (I-25). */
import type { InstrumentId } from "../../src/domain/instrument.ts";
import type { ExecuteInput, LiveExecute } from "../../src/engine/live-execute.ts";

/** Follows one life, input by input. */
export class LiveDigest {
  #hash = 0x811c9dc5;

  /** What the step gave, in order: requests and commands are the engine's whole effect. */
  stepped(live: LiveExecute, input: ExecuteInput): void {
    const { requests, brokerEvents, commands } = live.output;
    this.#text(input.kind);
    if (requests.length > 0) this.#text(JSON.stringify(requests));
    if (brokerEvents.length > 0) this.#text(JSON.stringify(brokerEvents));
    for (const command of commands)
      this.#text(
        command.kind === "PlaceOrder"
          ? `${command.order.number} ${command.order.shares}`
          : JSON.stringify(command),
      );
  }

  of({ stage, lifecycle }: LiveExecute, symbols: number): string {
    const { portfolio, authorities, baselines } = stage;
    const shares = Array.from({ length: symbols }, (_, i) => portfolio.shares(i as InstrumentId));
    const heights = [baselines.dayBase, baselines.dayHigh, baselines.high];
    const open = lifecycle.open().map(({ clientId, state, filled }) => `${clientId} ${state} ${filled}`);
    return JSON.stringify([
      this.#hash >>> 0,
      portfolio.cashMicros,
      shares,
      heights,
      stage.orders.length,
      authorities.permission.level,
      open,
    ]);
  }

  #text(text: string): void {
    for (let n = 0; n < text.length; n++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(n), 0x01000193);
  }
}
