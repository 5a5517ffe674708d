/**
 * Answers of data providers on disk (DATA-3): those about days that are long over are not asked for twice, others are
 * asked for with the mark that the provider gave them. What is not whole is no answer. Losing any costs a request and
 * nothing else, so a folder that cannot be written is no error. No address in it holds a key.
 */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder, sha256OfText, swapFile } from "../durable-file.ts";

const head = z.strictObject({
  proof: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  isSettled: z.boolean(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

export type KeptResponse = Omit<z.infer<typeof head>, "proof"> & { readonly body: string };

/** So many bytes may be written before the folder is looked through again. */
const LOOK_SHARE = 0.1;

export class ResponseCache {
  readonly #folder: string;
  readonly #mostBytes: number;
  #sinceLook = Number.POSITIVE_INFINITY;

  /** `mostBytes` bounds the folder, but for what one look to the next writes; 0 keeps nothing. */
  constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  get(key: string): KeptResponse | undefined {
    const path = join(this.#folder, key);
    try {
      const text = readFileSync(path, "utf8");
      const end = text.indexOf("\n");
      const { proof, ...rest } = head.parse(JSON.parse(text.slice(0, end)));
      const body = text.slice(end + 1);
      if (proof !== sha256OfText(`${key}\n${body}`)) return undefined;
      const now = new Date();
      utimesSync(path, now, now);
      return { ...rest, body };
    } catch {
      return undefined;
    }
  }

  keep(key: string, { body, ...rest }: KeptResponse): void {
    if (this.#mostBytes === 0) return;
    try {
      makeFolder(this.#folder);
      if (this.#sinceLook > this.#mostBytes * LOOK_SHARE) this.#thin();
      const text = `${JSON.stringify({ proof: sha256OfText(`${key}\n${body}`), ...rest })}\n${body}`;
      swapFile(join(this.#folder, key), text);
      this.#sinceLook += text.length;
    } catch {
      // No room, or no right to: next time it is asked for again.
    }
  }

  /** Those that were used last stay, up to the bound. */
  #thin(): void {
    this.#sinceLook = 0;
    let bytes = 0;
    const files = readdirSync(this.#folder).map((name) => ({ name, ...about(join(this.#folder, name)) }));
    for (const { name, size } of files.toSorted((a, b) => b.at - a.at)) {
      bytes += size;
      if (bytes > this.#mostBytes) rmSync(join(this.#folder, name), { force: true });
    }
  }
}

function about(path: string): { readonly at: number; readonly size: number } {
  const { mtimeMs, size } = statSync(path);
  return { at: mtimeMs, size };
}
