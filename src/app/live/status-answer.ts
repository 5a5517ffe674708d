/** What execute answers to `status`, as the asking side reads it: JSON knows neither NaN nor infinity. */
import type { RegimeState } from "../../engine/regime-watch.ts";
import type { EngineSnapshot } from "../engine-snapshot.ts";
import type { ControlAnswer } from "./control-words.ts";
import type { FeedState } from "./ingest-process.ts";
import type { ModelState } from "./model-states.ts";

export interface StatusValue {
  readonly run: string;
  readonly snapshot: EngineSnapshot;
  /** Undefined until ingest has spoken. */
  readonly feed: FeedState | undefined;
  readonly isFlat: boolean;
  /** Orders that the broker may still fill. */
  readonly workingOrders: number;
  readonly workingEntries: number;
  /** Orders of which nobody knows what became of them. */
  readonly unknownOrders: number;
  /** Requests that wait for the journal. */
  readonly requestsHeld: number;
  /** Why our books and the broker's are not known to agree; null when they are. */
  readonly booksDiffer: string | null;
  /** What the broker said when it refused our key; null while it serves us. */
  readonly brokerRefuses: string | null;
  /** What the regime detector said and what of it holds; null where no regime binds the run. */
  readonly regime: RegimeState | null;
  /** ISO instant at which our books were compared with the broker's last; null before the first time. */
  readonly lastReconciliation: string | null;
  /** What execute has consumed, and how often its timers have run: it gets on while either grows. */
  readonly inputs: number;
  readonly turns: number;
  /** Who decides on entries, by strategy. */
  readonly models: readonly ModelState[];
  /** Limits that an operator has tightened, until that instant of the exchange: epoch micros. */
  readonly overrides: readonly { readonly key: string; readonly value: number; readonly until: number }[];
}

/** Undefined for an answer that is none to `status`. */
export function statusOf(answer: ControlAnswer): StatusValue | undefined {
  if (answer.kind !== "told") return undefined;
  const { snapshot, feed, ...rest } = answer.value as Record<string, unknown>;
  return {
    ...(rest as unknown as StatusValue),
    overrides: (rest.overrides as StatusValue["overrides"] | undefined) ?? [],
    models: (rest.models as StatusValue["models"] | undefined) ?? [],
    booksDiffer: (rest.booksDiffer as string | null | undefined) ?? null,
    regime: (rest.regime as RegimeState | undefined) ?? null,
    brokerRefuses: (rest.brokerRefuses as string | null | undefined) ?? null,
    lastReconciliation: (rest.lastReconciliation as string | undefined) ?? null,
    feed: (feed as FeedState | null) ?? undefined,
    snapshot: revivedSnapshot(snapshot),
  };
}

/** Nothing is held, works, or is on its way. */
export const isAtRest = ({ isFlat, workingOrders, unknownOrders, requestsHeld }: StatusValue): boolean =>
  isFlat && workingOrders === 0 && unknownOrders === 0 && requestsHeld === 0;

/** Every null of a snapshot was a number that JSON cannot write: NaN, but for a count of sessions without an end. */
export function revivedSnapshot(value: unknown): EngineSnapshot {
  const snapshot = withNaN(value) as EngineSnapshot;
  const { session } = snapshot;
  const of = Number.isNaN(session.of) ? Number.POSITIVE_INFINITY : session.of;
  return { ...snapshot, session: { ...session, of } };
}

function withNaN(value: unknown): unknown {
  if (value === null) return Number.NaN;
  if (Array.isArray(value)) return value.map(withNaN);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNaN(inner)]));
}
