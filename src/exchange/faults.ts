/**
 * What goes wrong on purpose: armed by a file or by the admin paths, each fault due at an exchange time, for a number
 * of occasions or for a while, and only where its `match` says. The places where things can go wrong ask this book.
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { parseWireTime } from "./wire-time.ts";

/** Strike the next requests that match. */
const requestKinds = [
  "request-drop",
  "request-stall",
  "request-delay",
  "error-before",
  "error-after",
  "reset-after",
  "html-error",
  "rate-limit",
  "rate-limit-bare",
] as const;
/** Strike the next frames, upgrades or log-ins of streams that match. */
const streamKinds = [
  "frame-duplicate",
  "frame-reorder",
  "frame-corrupt",
  "frame-null",
  "fill-lost",
  "auth-timeout",
  "upgrade-refused",
] as const;
/** Happen once, at their time. */
const actKinds = [
  "stream-drop",
  "cancel-stuck",
  "cancel-unstuck",
  "reject-after-accept",
  "update-lost",
  "htb-flip",
  "creation-late",
  "halt",
  "resume",
] as const;
/** Hold for a while: `seconds` of exchange time, or until they are deleted. */
const stateKinds = ["stream-mute", "slot-stuck", "clock-skew", "bars-late", "bars-updated"] as const;

const kinds = [...requestKinds, ...streamKinds, ...actKinds, ...stateKinds] as const;
export type FaultKind = (typeof kinds)[number];
export type RequestFaultKind = (typeof requestKinds)[number];

const shape = z.strictObject({
  kind: z.enum(kinds),
  /** Exchange time at which it is due: RFC 3339. */
  at: z.string().optional(),
  /** Or so many exchange seconds after it was armed. */
  after: z.number().min(0).optional(),
  match: z
    .strictObject({
      method: z.string().optional(),
      /** Beginning of the path. */
      path: z.string().optional(),
      /** data, trades or news. */
      stream: z.enum(["data", "trades", "news"]).optional(),
      symbol: z.string().optional(),
    })
    .default({}),
  /** Occasions that it strikes. */
  count: z.int().min(1).max(1_000_000).default(1),
  /** Exchange seconds: how long a state holds, how late things come. */
  seconds: z.number().min(0).optional(),
  /** Milliseconds: of the machine for a delay, of what the clock shows for a skew, which may be negative. */
  ms: z.number().min(-600_000).max(600_000).default(1000),
  /** HTTP status of an error. */
  status: z.int().min(400).max(599).optional(),
});
export type FaultTerms = z.infer<typeof shape>;

export interface Fault extends FaultTerms {
  readonly id: number;
  readonly dueAt: EpochMicros;
  /** Of a state: when it is over. */
  readonly until: number;
  left: number;
}

/** What a fault is asked about: it strikes when all that its `match` names agrees. */
export interface Occasion {
  readonly method?: string;
  readonly path?: string;
  readonly stream?: "data" | "trades" | "news";
  readonly symbol?: string;
}

/** Faults out of parsed YAML or JSON: one or a list. Throws InputError naming the first wrong key. */
export function parseFaults(value: unknown, source: string): readonly FaultTerms[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item, i) => {
    const result = shape.safeParse(item);
    const wrongTime = result.data?.at !== undefined && parseWireTime(result.data.at) === undefined;
    if (result.success && !wrongTime) return result.data;
    const [issue] = result.error?.issues ?? [];
    const key = issue === undefined ? "at" : issue.path.join(".") || "entry";
    const why = issue?.message ?? "give RFC 3339";
    throw new InputError(`${source}: fault ${i + 1}, ${key}: ${why}`);
  });
}

export class FaultBook {
  #faults: Fault[] = [];
  #nextId = 1;

  arm(terms: FaultTerms, now: EpochMicros): Fault {
    const at = terms.at === undefined ? undefined : parseWireTime(terms.at);
    const dueAt = at ?? ((now + (terms.after ?? 0) * MICROS_PER_SECOND) as EpochMicros);
    const until =
      terms.seconds === undefined ? Number.POSITIVE_INFINITY : dueAt + terms.seconds * MICROS_PER_SECOND;
    const fault: Fault = { ...terms, id: this.#nextId, dueAt, until, left: terms.count };
    this.#nextId += 1;
    this.#faults.push(fault);
    return fault;
  }

  clear(): void {
    this.#faults = [];
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** The oldest fault of these kinds that strikes here, with one occasion less; undefined when none does. */
  strike<Kind extends FaultKind>(
    wanted: readonly Kind[],
    occasion: Occasion,
    now: EpochMicros,
  ): (Fault & { readonly kind: Kind }) | undefined {
    const fault = this.#faults.find(
      (candidate): candidate is Fault & { readonly kind: Kind } =>
        wanted.some((kind) => kind === candidate.kind) &&
        candidate.dueAt <= now &&
        agrees(candidate, occasion),
    );
    if (fault === undefined) return undefined;
    fault.left -= 1;
    if (fault.left <= 0) this.#remove(fault);
    return fault;
  }

  /** The fault of a state that holds now, which does not use it up. */
  standing(kind: (typeof stateKinds)[number], occasion: Occasion, now: EpochMicros): Fault | undefined {
    return this.#faults.find(
      (fault) => fault.kind === kind && fault.dueAt <= now && now < fault.until && agrees(fault, occasion),
    );
  }

  /** Acts whose time has come; they leave the book. */
  dueActs(now: EpochMicros): readonly Fault[] {
    if (this.#faults.length === 0) return [];
    const due = this.#faults.filter(
      ({ kind, dueAt }) => dueAt <= now && actKinds.some((act) => act === kind),
    );
    for (const fault of due) this.#remove(fault);
    return due;
  }

  #remove(fault: Fault): void {
    this.#faults = this.#faults.filter((other) => other !== fault);
  }
}

export const requestFaults: readonly RequestFaultKind[] = requestKinds;

function agrees({ match }: Fault, { method, path, stream, symbol }: Occasion): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === method) &&
    (match.path === undefined || path?.startsWith(match.path) === true) &&
    (match.stream === undefined || match.stream === stream) &&
    (match.symbol === undefined || symbol === undefined || match.symbol === symbol)
  );
}
