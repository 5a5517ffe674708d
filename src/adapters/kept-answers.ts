/**
 * Answers that cost much and are functions of their key, kept as files of one folder. What is not whole is no answer:
 * each file says what it holds, and one that was cut off, changed or moved is asked for anew. Losing any of them costs
 * time and nothing else, so that a folder that cannot be written is no error.
 */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, sha256OfText, swapFile } from "./durable-file.ts";

/** How the files are named, by their keys. */
export const keptName: RegExp = /^[0-9a-f]{64}$/;

export class KeptAnswers {
  readonly #folder: string;
  readonly #most: number;
  #isThinned = false;

  /** `most` is how many are left of those before, when the first is kept: the ones that were used last. */
  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** Undefined where nothing is known, or what is there is not what was kept. `key` is 64 hex digits. */
  get(key: string): string | undefined {
    const path = join(this.#folder, key);
    try {
      const file = readFileSync(path, "utf8");
      const end = file.indexOf("\n");
      const text = file.slice(end + 1);
      if (end < 0 || file.slice(0, end) !== proofOf(key, text)) return undefined;
      const now = new Date();
      utimesSync(path, now, now);
      return text;
    } catch {
      return undefined;
    }
  }

  keep(key: string, text: string): void {
    try {
      makeFolder(this.#folder);
      if (!this.#isThinned) this.#thin();
      this.#isThinned = true;
      swapFile(join(this.#folder, key), `${proofOf(key, text)}\n${text}`);
    } catch {
      // No room, or no right to: next time it costs the same again.
    }
  }

  #thin(): void {
    const names = readdirSync(this.#folder);
    if (names.length <= this.#most) return;
    const used = names.map((name) => ({ name, at: statSync(join(this.#folder, name)).mtimeMs }));
    for (const { name } of used.toSorted((a, b) => b.at - a.at).slice(this.#most))
      rmSync(join(this.#folder, name), { force: true });
  }
}

const proofOf = (key: string, text: string): string => sha256OfText(`${key}\n${text}`);
