/**
 * What a venue knows an order by: a function of the decision alone, so that the same decision after a crash, a retry or
 * a replay has the same id and can be recognised, and a restored backup never gives an old id to another decision
 * (EX-2, RELIABILITY 3.2).
 */
import { InvariantError } from "../domain/assert.ts";
import { type ClientOrderId, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";

/** Paper, live, the built-in exchange, a backtest: books that must never be taken for each other. */
export const environments = { paper: "p", live: "l", twin: "t", backtest: "b" } as const;
export type Environment = keyof typeof environments;

/** Entry, stop, target, exit, virtual stop, halt. */
export type IdKind = "E" | "S" | "T" | "X" | "V" | "H";

const kinds: Readonly<Record<Purpose, IdKind>> = {
  [Purpose.Entry]: "E",
  [Purpose.Exit]: "X",
  [Purpose.StopLoss]: "S",
  [Purpose.TakeProfit]: "T",
  [Purpose.Flatten]: "H",
  [Purpose.VirtualStop]: "V",
};
export const idKindOf = (purpose: Purpose): IdKind => kinds[purpose];

export interface Decision {
  readonly environment: Environment;
  readonly strategy: string;
  readonly symbol: string;
  readonly decidedAt: EpochMicros;
  readonly kind: IdKind;
}

const OWN = /^a1[pltb]-[A-Za-z0-9]{1,6}-[A-Za-z0-9-]{1,6}-[0-9a-v]+-[ESTXVH]\d{1,9}$/;
const HALT = /^H[a-z0-9]{1,16}-[A-Za-z0-9-]+-[1-9]\d*$/;
const MAX_REVISION = 999_999_999;

/**
 * At most 48 characters of [A-Za-z0-9-], inside every venue's limit (Alpaca: 128). `revision` counts the earlier orders
 * of the same decision from 0. Halts on what is no count or no instant.
 */
export function clientOrderId(decision: Decision, revision: number): ClientOrderId {
  return idOf(decision, stemOf(decision, tagOf), revision);
}

function idOf({ decidedAt }: Decision, stem: string, revision: number): ClientOrderId {
  const fits = Number.isSafeInteger(revision) && revision >= 0 && revision <= MAX_REVISION;
  if (!(fits && Number.isSafeInteger(decidedAt) && decidedAt >= 0))
    throw new InvariantError(`EX-2: no client order id for revision ${revision} of ${decidedAt}`);
  return `${stem}${revision}` as ClientOrderId;
}

/** True for the ids that this program makes, in whatever run, environment or process. */
export const ownsClientId = (id: string): boolean => OWN.test(id) || HALT.test(id);

/** Gives each order of a decision the next revision; told of ids that others made, it goes on behind them. */
export class ClientOrderIds {
  readonly #next = new Map<string, number>();
  /** Of the names seen so far: they are few, and stand between a decision and its order. */
  readonly #tags = new Map<string, string>();
  readonly #tag = (name: string): string => {
    const known = this.#tags.get(name);
    if (known !== undefined) return known;
    const tag = tagOf(name);
    this.#tags.set(name, tag);
    return tag;
  };

  /** The id that the next order of this decision gets; unchanged until it was `taken`. */
  next(decision: Decision): ClientOrderId {
    const stem = stemOf(decision, this.#tag);
    return idOf(decision, stem, this.#next.get(stem) ?? 0);
  }

  taken(id: ClientOrderId): void {
    let digits = id.length;
    while (isDigit(id.charCodeAt(digits - 1))) digits -= 1;
    const stem = id.slice(0, digits);
    const revision = Number(id.slice(digits));
    this.#next.set(stem, Math.max(this.#next.get(stem) ?? 0, revision + 1));
  }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

function stemOf(
  { environment, strategy, symbol, decidedAt, kind }: Decision,
  tag: (name: string) => string,
): string {
  const instant = Math.floor(decidedAt / 1000).toString(32);
  return `a1${environments[environment]}-${tag(strategy)}-${tag(symbol)}-${instant}-${kind}`;
}

/** Names that fit stay readable; of longer ones three letters and a hash, so that relatives differ. */
function tagOf(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9]/g, "");
  if (plain.length > 0 && plain.length <= 6 && plain === name) return plain;
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `${plain.slice(0, 3)}${(hash % 32_768).toString(32).padStart(3, "0")}`;
}
