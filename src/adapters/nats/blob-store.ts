/**
 * JSON of any size in a store that takes small values: packed, cut into pieces, named by its SHA-256. A name that is
 * given back is checked against what it names, so nobody can put other bytes under it.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import { InputError } from "../../domain/assert.ts";
import { sha256OfText } from "../durable-file.ts";

/** Below the megabyte that a server takes by default. */
const PIECE_BYTES = 512 * 1024;
/** Of the text: a bound on what a broken peer can make us hold. */
export const BLOB_TEXT_MAX_BYTES = 256 * 2 ** 20;
const PIECES_MAX = Math.ceil(BLOB_TEXT_MAX_BYTES / PIECE_BYTES);

export interface SmallValues {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined where there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
}

export class BlobStore {
  readonly #values: SmallValues;

  constructor(values: SmallValues) {
    this.#values = values;
  }

  /** Resolves to its name. Throws InputError (exit 1) for what is too large. */
  async put(value: unknown): Promise<string> {
    const text = JSON.stringify(value);
    if (text.length > BLOB_TEXT_MAX_BYTES)
      throw new InputError(`bus: a value of ${text.length} bytes; at most ${BLOB_TEXT_MAX_BYTES}`, 1);
    const name = sha256OfText(text);
    const packed = gzipSync(text);
    const pieces = Math.ceil(packed.length / PIECE_BYTES);
    for (let n = 0; n < pieces; n++)
      await this.#values.put(`blob.${name}.${n}`, packed.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES));
    // Last: where it stands, all pieces do.
    await this.#values.put(`blob.${name}`, Buffer.from(String(pieces)));
    return name;
  }

  /** Whether it was put and is there still; nothing of it is read. */
  async has(name: string): Promise<boolean> {
    return (await this.#values.get(`blob.${name}`)) !== undefined;
  }

  /** Undefined where it is not there, not whole, or not what its name says. */
  async get(name: string): Promise<unknown> {
    const pieces = Number(Buffer.from((await this.#values.get(`blob.${name}`)) ?? []).toString("utf8"));
    if (!Number.isInteger(pieces) || pieces < 1 || pieces > PIECES_MAX) return undefined;
    const parts: Uint8Array[] = [];
    for (let n = 0; n < pieces; n++) {
      const part = await this.#values.get(`blob.${name}.${n}`);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return unpacked(Buffer.concat(parts), name);
  }
}

function unpacked(packed: Buffer, name: string): unknown {
  try {
    const text = gunzipSync(packed, { maxOutputLength: BLOB_TEXT_MAX_BYTES }).toString("utf8");
    return sha256OfText(text) === name ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
