/** The scalars of the broker's JSON: decimals that may be texts or numbers, instants as texts, absent as null. */
import { z } from "zod";
import type { EpochMicros } from "../../../domain/time.ts";
import { parseNanoInstant } from "./wire-instant.ts";

const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A finite number, written as a text or as a number. */
export const decimal = z.union([z.string(), z.number()]).transform((given, context): number => {
  const isRead = typeof given === "number" || DECIMAL.test(given);
  const value = isRead ? Number(given) : Number.NaN;
  if (!Number.isFinite(value)) {
    context.addIssue({ code: "custom", message: "no decimal" });
    return z.NEVER;
  }
  return value;
});

/** Null, absent and the empty text are all "not given". */
export const maybeDecimal = z
  .union([z.literal("").transform((): undefined => undefined), decimal])
  .nullish()
  .transform((value): number | undefined => value ?? undefined);

export const instant = z.string().transform((text, context): EpochMicros => {
  const read = parseNanoInstant(text);
  if (read === undefined) {
    context.addIssue({ code: "custom", message: "no instant" });
    return z.NEVER;
  }
  return read.micros;
});

/** An instant that cannot be read is as good as none where nothing depends on it. */
export const maybeInstant = z
  .string()
  .nullish()
  .transform((text): EpochMicros | undefined => (text == null ? undefined : parseNanoInstant(text)?.micros));

export const maybeText = z
  .string()
  .nullish()
  .transform((text): string | undefined => (text == null || text === "" ? undefined : text));

export const id = z.string().min(1);
