/**
 * Canonical JSON text (RFC 8785): equal data gives equal text, so that a hash of the text names the data.
 * Keys ascend by UTF-16 code units, numbers take their ECMAScript form, nothing is indented.
 *
 * What has no canonical form halts as a broken invariant (NU-3), because by the time data is hashed it
 * has been parsed and a NaN in it is our mistake: NaN, infinities, undefined (a key with the value
 * undefined too: leave the key out), bigint, functions, symbols, half surrogate pairs, and objects that
 * are not plain (Map, typed array, class): JSON.stringify would turn them into {} without a word.
 */
import { InvariantError, invariant } from "../domain/assert.ts";

/** Deeper nesting is a cycle, or a mistake of the same kind. */
const DEPTH_MAX = 200;

/** Halts on what has no canonical form (NU-3); the message names the path, as `$.params[2]`. */
export function canonicalJson(value: unknown): string {
  return write(value, "$", 0);
}

function write(value: unknown, path: string, depth: number): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    invariant(Number.isFinite(value), "NU-3", `${path} is ${value}; JSON has no such number`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return quote(value, path);
  if (typeof value !== "object")
    throw new InvariantError(`NU-3: ${path} is of type ${typeof value}; JSON has none`);
  invariant(
    depth < DEPTH_MAX,
    "NU-3",
    `${path.slice(0, 80)} is nested deeper than ${DEPTH_MAX}, or holds itself`,
  );

  if (Array.isArray(value)) {
    // Array.from turns holes into undefined, which is refused like any other.
    return `[${Array.from(value, (item, i) => write(item, `${path}[${i}]`, depth + 1)).join(",")}]`;
  }
  invariant(isPlain(value), "NU-3", `${path} is not a plain object`);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${quote(key, path)}:${write(item, `${path}.${key}`, depth + 1)}`);
  return `{${members.join(",")}}`;
}

/** JSON.stringify escapes exactly as RFC 8785 section 3.2.2.2 asks, once the text is well formed. */
function quote(text: string, path: string): string {
  invariant(text.isWellFormed(), "NU-3", `${path} holds half a surrogate pair`);
  return JSON.stringify(text);
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
