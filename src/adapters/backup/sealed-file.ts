/**
 * A file that only the holder of a key can read (RELIABILITY 6.7: off-host copies are encrypted): AES-256-GCM under a
 * key that is made for each file from the operator's (HKDF-SHA256 over a random salt), so that no nonce ever repeats.
 * Layout: 16 bytes of name and version, 16 of salt, 12 of nonce, the text, 16 of tag. The head is authenticated, too.
 *
 * BK-4  Nothing of a sealed file is used before its last byte was authenticated.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { InputError } from "../../domain/assert.ts";

const MAGIC = Buffer.from("PLIMSOLL-SEAL-1\n", "latin1");
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MAGIC.length + SALT_BYTES + NONCE_BYTES;
const PIECE = 1 << 20;
const CIPHER = "aes-256-gcm";

/** Names the key in the environment: 64 hex digits, as `openssl rand -hex 32` makes them. */
export const BACKUP_KEY = "PLIMSOLL_BACKUP_KEY";
/** Names a file that holds it, as a service manager or a container hands secrets over. */
const KEY_FILE = "PLIMSOLL_BACKUP_KEY_FILE";

/** The operator's key; undefined where there is none. Throws InputError (exit 2) for anything but 64 hex digits. */
export function backupKey(env: Readonly<Record<string, string | undefined>>): KeyObject | undefined {
  const text = env[BACKUP_KEY] || keyInFile(env[KEY_FILE]);
  if (text === undefined || text === "") return undefined;
  if (!/^[0-9a-fA-F]{64}$/.test(text))
    throw new InputError(
      `${BACKUP_KEY}: must be 64 hex digits, this has ${text.length} signs; make one with: openssl rand -hex 32`,
    );
  return createSecretKey(text, "hex");
}

/** What a process that makes backups is given of the environment. Throws as `backupKey` does. */
export function backupKeyEnv(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (backupKey(env) === undefined) return {};
  const { [BACKUP_KEY]: key, [KEY_FILE]: file } = env;
  return { ...(key ? { [BACKUP_KEY]: key } : {}), ...(file ? { [KEY_FILE]: file } : {}) };
}

function keyInFile(path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new InputError(`${KEY_FILE} ${path}: is not there; see docs/DEPLOYMENT.md`);
  const mode = status.mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new InputError(`${path} has mode 0${mode.toString(8)}, allowed is 0600; run: chmod 600 ${path}`, 3);
  return readFileSync(path, "utf8").trim();
}

export function isSealed(path: string): boolean {
  const head = Buffer.alloc(MAGIC.length);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false; // Whoever reads it next says why it cannot be read.
  }
  try {
    return readSync(file, head, 0, head.length, 0) === head.length && head.equals(MAGIC);
  } finally {
    closeSync(file);
  }
}

/** Writes and flushes the new file `to`; on an error nothing is left of it. */
export function sealFile(from: string, to: string, key: KeyObject): void {
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)];
  const head = Buffer.concat([MAGIC, salt, nonce]);
  const cipher = createCipheriv(CIPHER, ownKey(key, salt), nonce);
  cipher.setAAD(head);
  written(to, (out) => {
    writeSync(out, head);
    for (const piece of pieces(from, 0, statSync(from).size)) writeSync(out, cipher.update(piece));
    writeSync(out, cipher.final());
    writeSync(out, cipher.getAuthTag());
  });
}

/**
 * Writes what was sealed to the new file `to`. Throws InputError (exit 1) naming `from` when the key is another one, or
 * any bit of the file; then nothing is left.
 */
export function openSealed(from: string, to: string, key: KeyObject): void {
  const size = statSync(from).size - HEAD_BYTES - TAG_BYTES;
  if (size < 0) throw new InputError(`${from}: is cut short; take another backup`, 1);
  const head = whole(from, 0, HEAD_BYTES);
  const salt = head.subarray(MAGIC.length, MAGIC.length + SALT_BYTES);
  const decipher = createDecipheriv(CIPHER, ownKey(key, salt), head.subarray(HEAD_BYTES - NONCE_BYTES));
  decipher.setAAD(head);
  decipher.setAuthTag(whole(from, HEAD_BYTES + size, TAG_BYTES));
  written(to, (out) => {
    for (const piece of pieces(from, HEAD_BYTES, size)) writeSync(out, decipher.update(piece));
    try {
      decipher.final();
    } catch {
      throw new InputError(
        `${from}: does not open: ${BACKUP_KEY} is another one than it was sealed with, or the file was changed`,
        1,
      );
    }
  });
}

const ownKey = (key: KeyObject, salt: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", key, salt, "plimsoll backup 1", 32));

function written(to: string, write: (out: number) => void): void {
  const out = openSync(to, "wx", 0o600);
  try {
    write(out);
    fsyncSync(out);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    closeSync(out);
  }
}

function* pieces(path: string, from: number, size: number): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.alloc(PIECE);
    for (let done = 0; done < size; ) {
      const bytes = readSync(file, piece, 0, Math.min(PIECE, size - done), from + done);
      if (bytes === 0) throw new InputError(`${path}: became shorter while it was read; try again`, 1);
      yield piece.subarray(0, bytes);
      done += bytes;
    }
  } finally {
    closeSync(file);
  }
}

const whole = (path: string, from: number, size: number): Buffer =>
  Buffer.concat([...pieces(path, from, size)].map((piece) => Buffer.from(piece)));
