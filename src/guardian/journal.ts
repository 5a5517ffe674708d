/**
 * What the guardian must know after it was killed: which flatten is going on and how its positions stood, and the day's
 * base. One JSON line each in `db/guardian.jsonl`, flushed before what it speaks of is done. A disk that fails stops
 * nothing that closes: the journal then lives in memory alone, and says so.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { SavedBase } from "./day-loss.ts";
import type { Cause } from "./decide.ts";

export interface FlattenBegun {
  readonly kind: "begun";
  readonly haltId: string;
  readonly cause: Cause;
  readonly does: "flatten" | "cancel";
  readonly reason: string;
  /** Exchange time, epoch micros. */
  readonly at: number;
}

export type JournalLine =
  | FlattenBegun
  | { readonly kind: "seen"; readonly haltId: string; readonly symbol: string; readonly shares: number }
  | {
      readonly kind: "close";
      readonly haltId: string;
      readonly clientId: string;
      readonly shares: number;
      readonly limit?: number;
    }
  | { readonly kind: "ended"; readonly haltId: string; readonly how: "flat" | "withdrawn" }
  | ({ readonly kind: "base" } & SavedBase);

export interface GuardianJournal {
  append(line: JournalLine): void;
}

/** A flatten that was begun and not ended, with the signs of its positions. */
export interface OpenFlatten {
  readonly begun: FlattenBegun;
  readonly signs: ReadonlyMap<string, number>;
}

export class FileJournal implements GuardianJournal {
  #file: number | undefined;
  readonly #failed: (reason: string) => void;
  /** What stood in the file when it was opened. */
  readonly lines: readonly JournalLine[];

  /** `failed` is told once when the disk gives up. Unreadable lines, as a crash leaves one at the end, are left out. */
  constructor(path: string, failed: (reason: string) => void) {
    this.#failed = failed;
    this.lines = linesIn(path);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      this.#file = openSync(path, "a", 0o600);
      // A torn last line must not swallow the next one.
      writeSync(this.#file, "\n");
    } catch (error) {
      this.#giveUp(error);
    }
  }

  append(line: JournalLine): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, `${JSON.stringify(line)}\n`);
      fsyncSync(this.#file);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #giveUp(error: unknown): void {
    this.#file = undefined;
    this.#failed(error instanceof Error ? error.message : String(error));
  }
}

/** The flatten that is going on; undefined: none. */
export function openFlatten(lines: readonly JournalLine[]): OpenFlatten | undefined {
  let begun: FlattenBegun | undefined;
  let signs = new Map<string, number>();
  for (const line of lines) {
    if (line.kind === "begun") {
      begun = line;
      signs = new Map();
    } else if (line.kind === "seen" && line.haltId === begun?.haltId)
      signs.set(line.symbol, Math.sign(line.shares));
    else if (line.kind === "ended" && line.haltId === begun?.haltId) begun = undefined;
  }
  return begun === undefined ? undefined : { begun, signs };
}

/** The base fixed last; undefined: none yet. */
export function lastBase(lines: readonly JournalLine[]): SavedBase | undefined {
  return lines.findLast((line) => line.kind === "base");
}

function linesIn(path: string): JournalLine[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const value = JSON.parse(line) as JournalLine | null;
      return typeof value === "object" && value !== null && typeof value.kind === "string" ? [value] : [];
    } catch {
      return [];
    }
  });
}
