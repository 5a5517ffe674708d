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
  /** 1 = first row after the header; empty when it is not known any more. */
  readonly row: number | "";
  readonly symbol: string;
  readonly timestamp: string;
  readonly rule: string;
  readonly reason: string;
  /** The cells as they stood in the file, in the order of the list's own columns. */
  readonly raw: readonly string[];
}

/** Names of the raw cells of refused bars. */
const barCells = ["open", "high", "low", "close", "volume"];
const flushCharacters = 1 << 16;
/** A value of a broken file can be megabytes; the hash still covers it whole. */
const keptCharacters = 200;

export class AuditFile {
  readonly #folder: string;
  readonly #unfinished: string;
  readonly #kind: string;
  readonly #header: string;
  readonly #hash = createHash("sha256");
  readonly #byRule = new Map<string, number>();
  #file: number | undefined;
  #pending = "";
  #rows = 0;
  #noted = 0;

  /** `kind` begins the file's name; `cells` name the raw cells of its rows. */
  constructor(folder: string, stagingFolder: string, { kind = "import", cells = barCells } = {}) {
    this.#kind = kind;
    this.#header = `file,row,symbol,timestamp,rule,reason,${cells.join(",")},payload_sha256\n`;
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

  add(refused: RefusedRow): void {
    this.#rows += 1;
    this.#byRule.set(refused.rule, (this.#byRule.get(refused.rule) ?? 0) + 1);
    this.#put(refused);
  }

  /** Writes a row down that was not refused, but is worth a look: it counts nowhere. */
  note(row: RefusedRow): void {
    this.#noted += 1;
    this.#put(row);
  }

  #put({ file, row, symbol, timestamp, rule, reason, raw }: RefusedRow): void {
    const payload = sha256OfText([symbol, timestamp, ...raw].join("\n"));
    const cells = [file, String(row), symbol, timestamp, rule, reason, ...raw, payload];
    this.#pending += `${cells.map(csvCell).join(",")}\n`;
    if (this.#pending.length >= flushCharacters) this.#write();
  }

  /** Path of the finished list; null when nothing was refused or noted. */
  finish(): string | null {
    if (this.#rows + this.#noted === 0) return null;
    this.#write();
    if (this.#file !== undefined) {
      fsyncSync(this.#file);
      closeSync(this.#file);
      this.#file = undefined;
    }
    makeFolder(this.#folder);
    const path = join(this.#folder, `${this.#kind}-${this.#hash.digest("hex").slice(0, 12)}.csv`);
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
