/** How the ingest stage of a run judges what it hears: for the process and for a replay of its journal alike. */
import { join } from "node:path";
import { type AlpacaCredentials, readCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { InputError } from "../../domain/assert.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { IngestConfig } from "../../engine/ingest.ts";
import { barStartStamp } from "../../market/gatekeeper/stamps.ts";
import { minuteGrace } from "./ingest-schedule.ts";
import type { RunTerms } from "./run-terms.ts";

/** How far the source's clock may run ahead of ours. */
const SKEW_MICROS = 2 * MICROS_PER_SECOND;

/** A clock that runs faster is off by more, in its own time. */
export const skewMicrosOf = ({ clock }: RunTerms): number => SKEW_MICROS * Math.max(1, clock.speed);

export const ingestConfigOf = (terms: RunTerms, instruments: InstrumentTable): IngestConfig => ({
  instruments,
  graceMicros: minuteGrace(terms).byClockMicros,
  skewMicros: skewMicrosOf(terms),
  stamp: barStartStamp(MICROS_PER_MINUTE),
});

/** From the environment, else from `.env` in the root. Throws InputError (exit 1) without them. */
export function marketKeys(root: string): AlpacaCredentials {
  const keys = readCredentials(process.env, join(root, ".env"));
  if (keys !== undefined) return keys;
  throw new InputError("ingest: no ALPACA_API_KEY; give it the keys of the market's data", 1);
}
