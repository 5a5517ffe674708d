/**
 * Shared libraries of others, through koffi. Neither is needed to run: koffi is loaded when a library is asked for,
 * and what is missing is said with its cure.
 */
import type { LibraryHandle } from "koffi";
import { InputError } from "../../domain/assert.ts";

type Koffi = typeof import("koffi");

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
 * What `use` makes of the first that loads: a place that somebody named is the only one tried, as they meant that one.
 * Throws InputError (exit 1) with the cure for none, and for one that `use` cannot take.
 */
export async function openLibrary<Opened>(
  name: string,
  wanted: Wanted,
  use: (library: SharedLibrary) => Opened,
): Promise<Opened> {
  const koffi = await loadKoffi(name);
  const named = [wanted.configured, wanted.environment ?? ""].find((path) => path !== "");
  const places = named === undefined ? wanted.usual : [named];
  let last = "";
  for (const path of places) {
    try {
      const library = { koffi, handle: koffi.load(path), path };
      return use(library);
    } catch (error) {
      last = reasonInOneLine(error);
    }
  }
  const found =
    named === undefined ? `no library of use in ${places.join(", ")}` : `${named} is of no use (${last})`;
  throw new InputError(`${name}: ${found}; ${wanted.cure}`, 1);
}

/** An address in a library's memory. */
export type Address = bigint;

/** Functions that all answer 0 where all is well; by name, with what they take. */
export class NativeLibrary<Name extends string> {
  /** As messages name it. */
  readonly name: string;
  readonly path: string;
  readonly #koffi: Koffi;
  readonly #functions: ReadonlyMap<string, (...given: readonly unknown[]) => number>;
  readonly #lastError: () => string;

  /** `lastError`: the function that says why the last call failed. Throws the loader's error for what is not there. */
  constructor(
    name: string,
    library: SharedLibrary,
    calls: Readonly<Record<Name, string>>,
    lastError: string,
  ) {
    const { koffi, handle, path } = library;
    this.name = name;
    this.path = path;
    this.#koffi = koffi;
    this.#lastError = handle.func(`const char *${lastError}()`);
    this.#functions = new Map(
      Object.entries(calls).map(([call, takes]) => [call, handle.func(`int ${call}(${takes})`)]),
    );
  }

  /** Throws InputError with the library's own sentence. */
  call(name: Name, ...given: readonly unknown[]): void {
    if (this.#functions.get(name)!(...given) === 0) return;
    throw new InputError(`${this.name}: ${reasonInOneLine(this.#lastError())}`);
  }

  /** A call whose last argument is where it puts an address. */
  made(name: Name, ...given: readonly unknown[]): Address {
    const out: [Address] = [0n];
    this.call(name, ...given, out);
    return out[0];
  }

  /** A copy of the library's memory. */
  bytes(at: Address, length: number): ArrayBuffer {
    return length === 0 ? new ArrayBuffer(0) : this.#koffi.view(at, length).slice(0);
  }
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
function reasonInOneLine(said: unknown): string {
  const text = said instanceof Error ? said.message : String(said);
  return text
    .split(/\n\s*Stack trace:/, 1)[0]!
    .replace(/^\[\d\d:\d\d:\d\d\] \S+:\d+: /, "")
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
}
