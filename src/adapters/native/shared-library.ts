/**
 * Shared libraries of others, through koffi. Neither is needed to run: koffi is loaded when a library is asked for,
 * and what is missing is said with its cure.
 */
import type { LibraryHandle } from "koffi";
import { InputError } from "../../domain/assert.ts";

export type Koffi = typeof import("koffi");

export interface SharedLibrary {
  readonly koffi: Koffi;
  readonly handle: LibraryHandle;
  /** The place or the name under which it was found. */
  readonly path: string;
}

export interface Wanted {
  /** As the settings have it; empty: not set. */
  readonly configured: string;
  /** The same from the environment. */
  readonly environment: string | undefined;
  /** Where it may be otherwise: names that the system's loader looks for, and files. */
  readonly usual: readonly string[];
  /** What to do when there is none. */
  readonly cure: string;
}

/**
 * The first that loads: a place that somebody named is the only one tried, as they meant that one. Throws InputError
 * (exit 1) with the cure.
 */
export async function openLibrary(name: string, wanted: Wanted): Promise<SharedLibrary> {
  const koffi = await loadKoffi(name);
  const named = [wanted.configured, wanted.environment ?? ""].find((path) => path !== "");
  const places = named === undefined ? wanted.usual : [named];
  let last = "";
  for (const path of places) {
    try {
      return { koffi, handle: koffi.load(path), path };
    } catch (error) {
      last = reasonInOneLine(error);
    }
  }
  const found =
    named === undefined ? `no library in ${places.join(", ")}` : `${named} does not load (${last})`;
  throw new InputError(`${name}: ${found}; ${wanted.cure}`, 1);
}

async function loadKoffi(name: string): Promise<Koffi> {
  try {
    return await import("koffi");
  } catch (error) {
    throw new InputError(
      `${name}: koffi does not load (${reasonInOneLine(error)}), which calls the library; run npm ci`,
      1,
    );
  }
}

/** Libraries add a time, a line of their source and a stack to what they say: only the sentence itself is of use. */
export function reasonInOneLine(said: unknown): string {
  const text = said instanceof Error ? said.message : String(said);
  return text
    .split(/\n\s*Stack trace:/, 1)[0]!
    .replace(/^\[\d\d:\d\d:\d\d\] \S+:\d+: /, "")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
}
