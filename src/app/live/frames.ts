/** What the frames between the processes of a run mean. The bus carries kinds and bytes and knows none of this. */
import { InvariantError } from "../../domain/assert.ts";

/** Never reused for another meaning (C-56). */
export const FrameKind = {
  /** Ingest to compute and execute: what the market did; numbered. */
  Market: 16,
  /** Execute to compute; numbered. */
  Feedback: 17,
  /** Compute to execute; numbered. */
  Decision: 18,
  /** To execute, from whoever operates or watches: one request, one answer, by id. */
  Request: 19,
  Answer: 20,
  /** Ingest to who wants them: quotes, of which only the newest counts, and trades. */
  Tick: 21,
  /** To ingest: send ticks, too. */
  WantTicks: 23,
  /** To ingest: ask for the corporate actions of the coming session now. */
  WantActions: 24,
  /** Ingest to execute: how the feed is. */
  FeedState: 22,
} as const;

/** A number in front of a text: so that what was heard already is known again after a reconnect. */
export const numbered = (sequence: number, text: string): string => `${sequence} ${text}`;

export function parseNumbered(payload: Uint8Array): { readonly sequence: number; readonly text: string } {
  const whole = textOf(payload);
  const blank = whole.indexOf(" ");
  const sequence = Number(whole.slice(0, blank));
  if (blank < 1 || !Number.isSafeInteger(sequence))
    throw new InvariantError(`JR-1: a frame without its number: ${whole.slice(0, 40)}`);
  return { sequence, text: whole.slice(blank + 1) };
}

export const textOf = (payload: Uint8Array): string =>
  Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");

/** Ten minutes of a hundred symbols at full rate; a peer that is further behind counts as dead (ADR 0006). */
export const linkBounds = { framesMax: 200_000, bytesMax: 64 * 1024 * 1024 } as const;
