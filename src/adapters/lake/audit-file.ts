/**
 * The list of rows an import refused: what stood in them, which rule refused them and why (DATA-4). Written
 * while the import runs, so that a file of nothing but garbage costs no memory; it gets its name, a hash of
 * its content, at the end.
 */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { flushFolder, makeFolder, sha256OfText } from "../durable-file.ts";

export interface RefusedRow {
  readonly file: string;
  /** 1 = first row after the header. */
  readonly row: number;
  readonly symbol: string;
  readonly timestamp: string;
  readonly rule: string;
  readonly reason: string;
  /** The audit file's fields as they stood in the file: open, high, low, close and volume of a bar. */
  readonly raw: readonly string[];
}

const barFields = ["open", "high", "low", "close", "volume"] as const;
const flushCharacters = 1 << 16;
/** A value of a broken file can be megabytes; the hash still covers it whole. */
const keptCharacters = 200;

export class AuditFile {
  readonly #header: string;
  readonly #folder: string;
  readonly #unfinished: string;
  readonly #hash = createHash("sha256");
  readonly #byRule = new Map<string, number>();
  #file: number | undefined;
  #pending = "";
  #rows = 0;

  constructor(folder: string, stagingFolder: string, fields: readonly string[] = barFields) {
    this.#header = `file,row,symbol,timestamp,rule,reason,${fields.join(",")},payload_sha256\n`;
    this.#folder = folder;
    this.#unfinished = join(stagingFolder, "refused.csv");
  }

  get rows(): number {
    return this.#rows;
  }

  /** Refusals per rule, most frequent first. */
  byRule(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byRule].toSorted((a, b) => b[1] - a[1]));
  }

  add({ file, row, symbol, timestamp, rule, reason, raw }: RefusedRow): void {
    this.#rows += 1;
    this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
    const payload = sha256OfText([symbol, timestamp, ...raw].join("\n"));
    const cells = [file, String(row), symbol, timestamp, rule, reason, ...raw, payload];
    this.#pending += `${cells.map(csvCell).join(",")}\n`;
    if (this.#pending.length >= flushCharacters) this.#write();
  }

  /** Path of the finished list; null when nothing was refused. */
  finish(): string | null {
    if (this.#rows === 0) return null;
    this.#write();
    if (this.#file !== undefined) {
      fsyncSync(this.#file);
      closeSync(this.#file);
      this.#file = undefined;
    }
    makeFolder(this.#folder);
    const path = join(this.#folder, `import-${this.#hash.digest("hex").slice(0, 12)}.csv`);
    renameSync(this.#unfinished, path);
    flushFolder(this.#folder);
    return path;
  }

  /** After an import that failed: nothing is kept. */
  discard(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#unfinished, { force: true });
  }

  #write(): void {
    const isFirst = this.#file === undefined;
    this.#file ??= openSync(this.#unfinished, "w", 0o600);
    const text = isFirst ? this.#header + this.#pending : this.#pending;
    this.#hash.update(text);
    writeSync(this.#file, text);
    this.#pending = "";
  }
}

/** A cell that every CSV reader takes for one cell. */
function csvCell(text: string): string {
  const kept = text.length > keptCharacters ? `${text.slice(0, keptCharacters)}...` : text;
  return /[",\r\n]/.test(kept) ? `"${kept.replaceAll('"', '""')}"` : kept;
}
