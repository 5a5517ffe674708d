/**
 * One archive of plain files, as a tar that every system can open without us (POSIX ustar). Only what a backup needs:
 * regular files under names that the reader expects; a header, a length or an end that is not as it should be refuses
 * the whole archive by the name of the member.
 *
 * BK-3  A member is as long as its header says, under a name that a tar can hold.
 */
import { closeSync, fsyncSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError, invariant } from "../../domain/assert.ts";
import { makeFolder, reasonOf } from "../durable-file.ts";

const BLOCK = 512;
const PIECE = 1 << 20;
/** Bytes that eleven octal digits can say; larger files are told in binary, as GNU tar does. */
const MOST_OCTAL = 8 ** 11 - 1;
const NAME_BYTES = 100;
const SIZE_AT = 124;
const SUM_AT = 148;
const KIND_AT = 156;

export interface TarMember {
  /** Inside the archive, with forward slashes. */
  readonly name: string;
  readonly path: string;
}

/** Writes and flushes a new archive; on an error nothing is left. The caller puts it in its place by a rename. */
export function writeTar(path: string, members: readonly TarMember[]): void {
  const out = openSync(path, "wx", 0o600);
  try {
    for (const { name, path: from } of members) appendMember(out, name, from);
    writeSync(out, new Uint8Array(2 * BLOCK));
    fsyncSync(out);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(out);
  }
}

function appendMember(out: number, name: string, from: string): void {
  const { size } = statSync(from);
  writeSync(out, header(name, size));
  const file = openSync(from, "r");
  try {
    const piece = new Uint8Array(PIECE);
    let left = size;
    while (left > 0) {
      const bytes = readSync(file, piece, 0, Math.min(left, PIECE), null);
      invariant(bytes > 0, "BK-3", `${from} became shorter while it was archived`);
      writeSync(out, piece, 0, bytes);
      left -= bytes;
    }
  } finally {
    closeSync(file);
  }
  writeSync(out, new Uint8Array(padding(size)));
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function header(name: string, size: number): Uint8Array {
  invariant(Buffer.byteLength(name) < NAME_BYTES, "BK-3", `${name} is too long for a tar`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write("0000600\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  if (size <= MOST_OCTAL) block.write(`${size.toString(8).padStart(11, "0")}\0`, SIZE_AT);
  else {
    block[SIZE_AT] = 0x80;
    block.writeBigUInt64BE(BigInt(size), SIZE_AT + 4);
  }
  block.write("00000000000\0", 136);
  block.write("0", KIND_AT);
  block.write("ustar\0", 257);
  block.write("00", 263);
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, SUM_AT);
  return block;
}

/** Sum of the header's bytes, its own eight counted as blanks. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= SUM_AT && at < SUM_AT + 8 ? 32 : byte;
  return sum;
}

/**
 * Unpacks into a folder and returns the names in their order. Throws InputError (exit 1) naming the archive, as `path`
 * where it has another name for people, and the member when it is cut short, damaged, no such archive, or `isExpected`
 * does not know a name: nothing is ever written outside the folder.
 */
export function extractTar(
  from: string,
  folder: string,
  isExpected: (name: string) => boolean,
  path = from,
): string[] {
  const names: string[] = [];
  let file: number;
  try {
    file = openSync(from, "r");
  } catch (error) {
    throw new InputError(`${path}: cannot be read (${reasonOf(error)}); give the file of a backup`, 1);
  }
  try {
    for (;;) {
      const block = Buffer.alloc(BLOCK);
      readWhole(file, block, path, names.at(-1) ?? "its beginning");
      if (block.every((byte) => byte === 0)) return ended(file, path, names);
      const { name, size } = headerOf(block, path, names.at(-1) ?? "its beginning");
      if (!isExpected(name) || names.includes(name))
        throw new InputError(`${path}: holds ${JSON.stringify(name)}, which no backup of ours does`, 1);
      extractMember(file, join(folder, ...name.split("/")), size, `${path}: ${name}`);
      names.push(name);
    }
  } finally {
    closeSync(file);
  }
}

/** The end is two empty blocks, and nothing after them. */
function ended(file: number, path: string, names: string[]): string[] {
  const block = Buffer.alloc(BLOCK);
  readWhole(file, block, path, names.at(-1) ?? "its beginning");
  const isEnd = block.every((byte) => byte === 0) && readSync(file, block, 0, 1, null) === 0;
  if (isEnd) return names;
  throw new InputError(`${path}: goes on after its end; it is not the archive that was written`, 1);
}

function headerOf(
  block: Buffer,
  path: string,
  after: string,
): { readonly name: string; readonly size: number } {
  const said = Number.parseInt(block.toString("latin1", SUM_AT, SUM_AT + 6), 8);
  const kind = String.fromCharCode(block[KIND_AT] ?? 0);
  if (said !== checksum(block) || block.toString("latin1", 257, 262) !== "ustar" || kind !== "0")
    throw new InputError(`${path}: is damaged after ${after}, or no backup of ours; take another one`, 1);
  const end = block.indexOf(0);
  const isBinary = block[SIZE_AT] === 0x80;
  const size = isBinary
    ? Number(block.readBigUInt64BE(SIZE_AT + 4))
    : Number.parseInt(block.toString("latin1", SIZE_AT, SIZE_AT + 11), 8);
  return { name: block.toString("utf8", 0, Math.min(end, NAME_BYTES)), size };
}

function extractMember(file: number, to: string, size: number, what: string): void {
  makeFolder(dirname(to));
  const out = openSync(to, "wx", 0o600);
  try {
    const piece = Buffer.alloc(PIECE);
    for (let left = size; left > 0; ) {
      const bytes = readSync(file, piece, 0, Math.min(left, PIECE), null);
      if (bytes === 0) throw cutShort(what, left);
      writeSync(out, piece, 0, bytes);
      left -= bytes;
    }
    fsyncSync(out);
    const rest = Buffer.alloc(padding(size));
    readWhole(file, rest, what, "its last bytes");
  } finally {
    closeSync(out);
  }
}

function readWhole(file: number, into: Buffer, what: string, after: string): void {
  let had = 0;
  while (had < into.length) {
    const bytes = readSync(file, into, had, into.length - had, null);
    if (bytes === 0) throw new InputError(`${what}: is cut short after ${after}; take another backup`, 1);
    had += bytes;
  }
}

const cutShort = (what: string, left: number): InputError =>
  new InputError(`${what} is cut short: ${left} bytes are missing; take another backup`, 1);
