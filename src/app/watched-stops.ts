/** Virtual stops are watched by the trades of others (RISK-4): which runs can, and what to say of the rest. */
import { InputError } from "../domain/assert.ts";
import type { Config } from "./config.ts";

/**
 * A bar is over when it is seen: what a watcher of trades would have done inside it, nobody can say. Throws InputError
 * for a run over bars alone; `cure` says what else there is.
 */
export function refuseUnwatched({ execution }: Config, cure: string): void {
  if (execution.stops !== "virtual") return;
  throw new InputError(
    `execution.stops = virtual: bars do not show the trades that such stops are watched by; ${cure}`,
  );
}
