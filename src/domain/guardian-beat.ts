/**
 * What execute and the guardian tell each other ten times a second over a Unix socket, one JSON object per line, and
 * what either of them leaves in `run/flatten.json` while it closes everything (RELIABILITY 1.3, 1.4). Here, so that two
 * rooms that may not know each other share the words.
 *
 * GB-1  A beat says what its sender has done, never what the reader shall do: the reader decides alone.
 * GB-2  A line that is no beat is no sign of life. Ages are measured by the reader, on its own monotonic clock.
 */

/** Both sides send this often, milliseconds (HB-internal: five of them make the 500 ms deadline). */
export const BEAT_EVERY_MS = 100;
/** Longer lines are no beats: a reader throws them away. Characters. */
export const BEAT_LINE_MAX = 4096;

/** Which line of the flatten of RELIABILITY 1.4 is being worked on. */
export const flattenLines = ["enter", "cancel", "close", "verify", "lock", "notify"] as const;
export type FlattenLine = (typeof flattenLines)[number];

/** Execute to guardian. */
export interface EngineBeat {
  readonly kind: "engine";
  /** Sequence of the last event that was worked on; advances while `pending` is above 0, or the engine is stuck. */
  readonly seq: number;
  /** Events that wait. */
  readonly pending: number;
  /** The halt in force (`haltIdOf`); absent: none. */
  readonly haltId?: string;
  /** Present while the engine closes everything by itself. */
  readonly flattenLine?: FlattenLine;
  /** Gross value of positions as the engine books them, dollars. */
  readonly exposure: number;
  /** `positionsHash` of the engine's books. */
  readonly positionsHash: string;
  /** Net deposits and withdrawals since the close before, dollars: they are no profit and no loss. */
  readonly flows: number;
  /** Of the process, so that the guardian can ask the system whether it lives. */
  readonly pid: number;
  /** The sender's monotonic milliseconds. */
  readonly mono: number;
}

export const guardianStates = ["watching", "blind", "flattening", "flat", "holding"] as const;
/** `blind`: the broker does not answer it. `holding`: it is to close and the market is shut. */
export type GuardianState = (typeof guardianStates)[number];

/** Guardian to execute. */
export interface GuardianBeat {
  readonly kind: "guardian";
  readonly seq: number;
  readonly state: GuardianState;
  /** The halt for which it closes, or has closed. */
  readonly haltId?: string;
  /** Gross value of the broker's positions, dollars; absent before the first answer. */
  readonly exposure?: number;
  /** True when the engine's books and the broker's have differed on two looks (C-46). */
  readonly differs: boolean;
  readonly mono: number;
}

export type Beat = EngineBeat | GuardianBeat;

/** Who closes everything right now. One at a time; the other takes over when nothing in it has changed for 3 s. */
export interface FlattenLease {
  readonly haltId: string;
  readonly owner: "engine" | "guardian";
  readonly line: FlattenLine;
  /** Written anew at least once a second. Compared for change only: clocks of two processes are not one clock. */
  readonly beatAtMs: number;
}

export const beatLine = (beat: Beat): string => `${JSON.stringify(beat)}\n`;

/** The beat in a line; undefined when it is none (GB-2). */
export function parseBeat(line: string): Beat | undefined {
  const given = line.length > BEAT_LINE_MAX ? undefined : parsedObject(line);
  if (given === undefined || !isCount(given.seq) || !isNumber(given.mono)) return undefined;
  if (given.haltId !== undefined && typeof given.haltId !== "string") return undefined;
  if (given.kind === "engine") return isEngineBeat(given) ? (given as unknown as EngineBeat) : undefined;
  return given.kind === "guardian" && isGuardianBeat(given) ? (given as unknown as GuardianBeat) : undefined;
}

/** The lease in a file's text; undefined when there is none that can be read: then nobody holds it. */
export function parseLease(text: string): FlattenLease | undefined {
  const given = parsedObject(text);
  if (given === undefined || typeof given.haltId !== "string" || !isNumber(given.beatAtMs)) return undefined;
  if (given.owner !== "engine" && given.owner !== "guardian") return undefined;
  return isLine(given.line) ? (given as unknown as FlattenLease) : undefined;
}

/**
 * One short word for a set of positions: 32-bit FNV-1a over `symbol=shares` in the order of the symbols, flat ones left
 * out, shares to nine digits. Equal sets give equal words on both sides; it is no defence against a forger.
 */
export function positionsHash(
  positions: Iterable<{ readonly symbol: string; readonly shares: number }>,
): string {
  const rows = [...positions]
    .filter(({ shares }) => shares !== 0)
    .map(({ symbol, shares }) => `${symbol}=${shares.toFixed(9)}`)
    .sort();
  let hash = 0x811c9dc5;
  for (const unit of rows.join(";")) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

type Fields = Readonly<Record<string, unknown>>;

function isEngineBeat(given: Fields): boolean {
  const isLineOrNone = given.flattenLine === undefined || isLine(given.flattenLine);
  const areNumbers = isNumber(given.exposure) && isNumber(given.flows) && isCount(given.pid);
  return isLineOrNone && areNumbers && isCount(given.pending) && typeof given.positionsHash === "string";
}

function isGuardianBeat(given: Fields): boolean {
  const isState = guardianStates.some((state) => state === given.state);
  return (
    isState &&
    typeof given.differs === "boolean" &&
    (given.exposure === undefined || isNumber(given.exposure))
  );
}

const isLine = (value: unknown): boolean => flattenLines.some((line) => line === value);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function parsedObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
