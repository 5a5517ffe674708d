/**
 * The key that opens the dashboard: 256 bits of chance, made by each `start`, kept in a file that its user alone reads,
 * and shown once in a link whose fragment no request carries (RELIABILITY 5).
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";

const KEY_BYTES = 32;
const KEY_FORM = /^[A-Za-z0-9_-]{43}$/;
/** Others may neither read nor write it. */
const OTHERS = 0o077;

const keyPath = (root: string): string => join(root, "run", "dashboard.key");
export const sessionsPath = (root: string): string => join(root, "run", "dashboard-sessions.json");

/** A key of its own for each start; sessions that an older one opened end with it. */
export function newAccessKey(root: string): string {
  const key = randomBytes(KEY_BYTES).toString("base64url");
  replaceFile(keyPath(root), `${key}\n`);
  rmSync(sessionsPath(root), { force: true });
  return key;
}

/**
 * Undefined where there is none. Throws InputError (exit 1) for a file that is a link, that others may read, or that
 * holds no key: somebody else put it there.
 */
export function readAccessKey(root: string): string | undefined {
  const path = keyPath(root);
  const text = privateText(path);
  if (text === undefined) return undefined;
  const key = text.trim();
  if (KEY_FORM.test(key)) return key;
  throw new InputError(`${path}: holds no key; remove it and start again`, 1);
}

/** The text of a file of ours; undefined where there is none. A link is not followed. */
export function privateText(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new InputError(`${path}: cannot be used (${code}); remove it and start again`, 1);
  }
  try {
    const found = fstatSync(file);
    const isOurs = found.isFile() && (found.mode & OTHERS) === 0;
    if (!isOurs) throw new InputError(`${path}: must be a file that you alone can read; chmod 600 it`, 1);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Takes as long for a wrong first letter as for a wrong last one, and for any length. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
