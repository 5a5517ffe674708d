/**
 * What the overseer of a flatten says and remembers (RELIABILITY 1.4). Its memory is plain JSON, so that a restart
 * goes on at the same line with the same order ids; clocks that mean nothing after a restart are not in it.
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { BrokerOrderId } from "../domain/broker.ts";
import type { ClientOrderId, Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";

/**
 * F0 entries barred, F1 cancel, F2 close, F3 verify, F4 locked, F5 told. The audit trail keeps this order; single
 * symbols run ahead of it.
 */
export const flattenLines = ["F0", "F1", "F2", "F3", "F4", "F5"] as const;
export type FlattenLine = (typeof flattenLines)[number];

/** A latched kill ends in HALTED. A watchdog's flatten ends in SAFE_FLAT and may be withdrawn before it closes. */
export const flattenEnds = ["HALTED", "SAFE_FLAT"] as const;
export type FlattenEnd = (typeof flattenEnds)[number];

export interface FlattenOrder {
  /** 1 to 16 of [a-z0-9]; `haltIdOf` makes one. */
  readonly haltId: string;
  readonly reason: string;
  readonly ends: FlattenEnd;
  /**
   * Signed shares by symbol, as far as our books know. They close nothing: they only make an account that shows none of
   * them at once less credible.
   */
  readonly believed?: Readonly<Record<string, number>>;
}

/** A position to be closed, by what the broker shows. Asking twice with one id is asking once. */
export interface Closing {
  readonly clientId: ClientOrderId;
  readonly symbol: string;
  readonly side: Side;
  /** Positive, never more than the broker's position. */
  readonly shares: number;
  readonly attempt: number;
  /** How far from the market a limit may be where no market order can be sent, a fraction; wider with each attempt. */
  readonly collar: number;
}

export type FlattenRequest = { readonly priority: "flatten" } & (
  | { readonly kind: "CancelAll" }
  | { readonly kind: "Cancel"; readonly order: BrokerOrderId }
  | { readonly kind: "Look"; readonly since: EpochMicros }
);

/** For the journal. */
export interface FlattenNote {
  readonly at: EpochMicros;
  readonly line: FlattenLine;
  readonly text: string;
}

/** What became of one symbol. Signed shares. */
export interface SymbolResult {
  readonly symbol: string;
  readonly before: number;
  readonly attempts: number;
  /** What needs a human; undefined when nothing does. */
  readonly stopped: string | undefined;
}

export interface FlattenReport {
  readonly haltId: string;
  readonly reason: string;
  readonly ended: FlattenEnd | "WITHDRAWN";
  readonly startedAt: EpochMicros;
  readonly endedAt: EpochMicros;
  readonly symbols: readonly SymbolResult[];
}

/** Done by the caller after it has stored `save()`: a crash in between repeats the same acts with the same ids. */
export interface FlattenActs {
  readonly requests: FlattenRequest[];
  readonly closings: Closing[];
  readonly notes: FlattenNote[];
  /** Wake somebody up. */
  readonly pages: string[];
  /** Set once, when it is over. */
  report: FlattenReport | undefined;
}

export const noActs = (): FlattenActs => ({
  requests: [],
  closings: [],
  notes: [],
  pages: [],
  report: undefined,
});

const instant = z.number();
const savedSymbol = z.strictObject({
  symbol: z.string(),
  /** Signed shares when it was first seen. */
  before: z.number(),
  /** Left to close is at most base - closed + opened. */
  base: z.number(),
  /** The same of what the last look showed. */
  shown: z.number(),
  /** Less was shown than trades explain, and since then never more. */
  vanished: z.boolean(),
  /** Shares that orders since the halt have traded against the position, and with it. */
  closed: z.number(),
  opened: z.number(),
  /** Of the last closing. */
  attempt: z.int().min(0),
  /** Closings of the last hour, when they were asked for. */
  sentAt: z.array(instant),
  /** The closing whose end is not known. */
  open: z.string().nullable(),
  /** It was asked for more than once: a refusal speaks of the last time alone, an earlier one may still arrive. */
  isInDoubt: z.boolean(),
  failures: z.int().min(0),
  stopped: z.string().nullable(),
});
export type SymbolState = z.infer<typeof savedSymbol>;

const savedFlatten = z.strictObject({
  version: z.literal(1),
  haltId: z.string().regex(/^[a-z0-9]{1,16}$/),
  reason: z.string(),
  ends: z.enum(flattenEnds),
  startedAt: instant,
  line: z.enum(flattenLines),
  hasClosed: z.boolean(),
  /** Something waits for the market to open. */
  awaitsOpen: z.boolean(),
  isOver: z.boolean(),
  symbols: z.array(savedSymbol),
  /** Symbols that nothing trades in, and whether trading has resumed and since when it has printed. */
  halts: z.array(z.strictObject({ symbol: z.string(), resumed: z.boolean(), printedAt: instant.nullable() })),
});
export type FlattenState = z.infer<typeof savedFlatten>;

/** Throws InputError on what no overseer saved. */
export function checkedFlatten(given: unknown): FlattenState {
  const result = savedFlatten.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new InputError(
    `saved flatten: ${where}: ${issue?.message ?? "not valid"}; let an operator close by hand`,
    3,
  );
}
