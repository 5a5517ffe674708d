/** How often a line to others was lost, by the kind of reason: the reasons themselves are texts of others. */
import type { EngineSocket } from "../../ops/metrics/engine-metrics.ts";
import { Counted } from "./counted.ts";

const kinds: readonly (readonly [kind: string, sign: RegExp])[] = [
  ["silent", /no pong|does not read/],
  ["refused", /refused|40[136]|429|auth/i],
  ["timeout", /took longer|within/],
  ["renewed", /renew|asked/],
  ["closed", /clos|ended|reset|ECONN/i],
];
const names = [...kinds.map(([kind]) => kind), "other"];

export const reasonKind = (reason: string): string =>
  kinds.find(([, sign]) => sign.test(reason))?.[0] ?? "other";

export class LineCounts {
  readonly #socket: string;
  readonly #lost = new Counted(names);
  #state: "up" | "down" | undefined;
  #rttMs: number | null = null;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** It stands, or does not: a line that was up before and is down now is one that is to come back. */
  heard(state: "up" | "down", reason: string): void {
    if (state === "down" && this.#state === "up") this.#lost.add(reasonKind(reason));
    this.#state = state;
  }

  pulse(rttMs: number | null): void {
    this.#rttMs = rttMs;
  }

  read(): EngineSocket {
    return {
      socket: this.#socket,
      rttSeconds: this.#rttMs === null ? null : this.#rttMs / 1000,
      reconnects: this.#lost.rows().map(([reason, count]) => ({ reason, count })),
    };
  }
}
