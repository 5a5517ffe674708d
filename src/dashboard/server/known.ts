/** Figures on their way to the page: what is no number is null there, and never 0 (DB-2). */
import { type EpochMicros, isoInstant } from "../../domain/time.ts";

export const known = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** Epoch micros of a row as an ISO instant. */
export const instant = (value: unknown): string | null => {
  const micros = known(value);
  return micros === null ? null : isoInstant(micros as EpochMicros);
};

export const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
