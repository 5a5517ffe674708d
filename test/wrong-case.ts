/**
 * One mistake of the thousand, and how it is judged: the words, the files they name, and what the answer must say.
 * The generators draw from named streams of one seed, so that a red case is red again.
 */
import type { Rng } from "../src/numerics/rng.ts";

export interface WrongCase {
  /** What is wrong, for the message of a failing test. */
  readonly what: string;
  readonly args: readonly string[];
  /** Written beside the root before the command runs; a function makes what is no plain file. */
  readonly files?: Readonly<Record<string, string | Uint8Array | ((path: string) => void)>>;
  readonly env?: Readonly<Record<string, string>>;
  /** One of them must stand in the line. */
  readonly names: readonly (string | RegExp)[];
  /** A random change may leave a thing that is right. */
  readonly mayBeFine?: boolean;
  /** Paths that must not exist afterwards. */
  readonly absent?: readonly string[];
}

export function pick<Item>(rng: Rng, items: readonly Item[]): Item {
  return items[rng.integer(items.length)] as Item;
}

/** `count` cases, each drawn from a stream of its own. */
export function drawn(rng: Rng, count: number, draw: (rng: Rng) => WrongCase): WrongCase[] {
  return Array.from({ length: count }, (_, n) => draw(rng.fork(String(n))));
}
