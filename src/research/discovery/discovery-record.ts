/**
 * The folder of a search, `<root>/discover/<id>/`: what was asked (`run.json`), every rule that was tried in the order
 * of trying (`trials.csv`, only added to), the state after the last whole generation (`checkpoint.json`) and the end
 * (`result.json`). A checkpoint names length and hash of the trials before it; what a crash left after them is cut off.
 */
import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { flushFolder, makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { ResearchDb } from "../../adapters/research-db.ts";
import { InputError } from "../../domain/assert.ts";
import type { Member } from "../../learn/evolution/evolution.ts";
import { ruleOf } from "../../learn/evolution/genome.ts";
import { type DiscoveryTerms, strategyIdOf } from "./discovery-ground.ts";
import type { DiscoveryResult } from "./discovery-result.ts";
import type { SavedEvolution } from "./saved-evolution.ts";

export interface DiscoveryRun {
  readonly id: string;
  readonly createdAt: string;
  readonly terms: DiscoveryTerms;
  readonly dataHash: string;
  readonly configHash: string;
}

/** First and last day, ISO dates. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface Checkpoint {
  readonly id: string;
  readonly dataHash: string;
  readonly configHash: string;
  /** Chance is a function of the seed and the number of the next rule: there is no other state of it. */
  readonly chance: { readonly seed: number; readonly stream: string; readonly next: number };
  readonly trials: { readonly bytes: number; readonly sha256: string };
  readonly state: SavedEvolution;
}

const HEAD = "number,generation,hash,fitness,sharpe,trades,nodes,semantic,entry,exit,size\n";

const place = (root: string): string => join(root, "discover");
export const folderOf = (root: string, id: string): string => join(place(root), id);

/** All searches of a root, in the order of their ids. */
export function runIds(root: string): string[] {
  if (!existsSync(place(root))) return [];
  return readdirSync(place(root))
    .filter((name) => existsSync(join(place(root), name, "run.json")))
    .toSorted();
}

const ID = /^di-[0-9a-f]{12}$/;

/** Throws InputError (exit 1) where there is no such search, or its file cannot be read. */
export function readRun(root: string, id: string): DiscoveryRun {
  if (!ID.test(id) || !existsSync(join(folderOf(root, id), "run.json")))
    throw new InputError(`discover ${id.slice(0, 40)}: there is no such search; see plimsoll discover ls`, 1);
  return read(root, id, "run.json") as DiscoveryRun;
}

export function writeRun(root: string, run: DiscoveryRun): void {
  makeFolder(folderOf(root, run.id));
  replaceFile(join(folderOf(root, run.id), "run.json"), `${JSON.stringify(run, null, 2)}\n`);
}

/** Undefined before the first generation is done. */
export const readCheckpoint = (root: string, id: string): Checkpoint | undefined =>
  read(root, id, "checkpoint.json") as Checkpoint | undefined;

export const readResult = (root: string, id: string): DiscoveryResult | undefined =>
  read(root, id, "result.json") as DiscoveryResult | undefined;

export function writeResult(root: string, result: DiscoveryResult): void {
  replaceFile(join(folderOf(root, result.id), "result.json"), `${JSON.stringify(result, null, 2)}\n`);
}

function read(root: string, id: string, name: string): unknown {
  const path = join(folderOf(root, id), name);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new InputError(`${path}: cannot be read; move the folder away to begin anew`, 1);
  }
}

interface VaultOpening {
  readonly id: string;
  readonly dataHash: string;
  /** First and last day of the vault, ISO dates. */
  readonly from: string;
  readonly to: string;
  /** Rules that other searches had tried on some of the search's days when it was opened. */
  readonly earlierTrials: number;
}

export interface VaultKnowledge {
  readonly earlierTrials: number;
  /** Other searches that had looked at some of the vault's days before. */
  readonly vaultOpenedBefore: number;
}

/**
 * A line for every vault that is opened, once for each search; the same one again is told what it was told first. One
 * search at a time, whatever process: of several that go on together the last to open knows of all that was tried.
 */
export function openVault(
  root: string,
  { days, ...vault }: Omit<VaultOpening, "earlierTrials"> & { readonly days: Span },
): VaultKnowledge {
  const path = join(place(root), "vault.jsonl");
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    return db.alone(() => {
      const known = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
      const lines = known.map((text) => JSON.parse(text) as VaultOpening);
      const at = lines.findIndex(({ id }) => id === vault.id);
      const opening = lines[at] ?? {
        ...vault,
        earlierTrials: db.searchedOn(days, strategyIdOf(vault.id)),
      };
      if (at < 0) replaceFile(path, `${[...known, JSON.stringify(opening)].join("\n")}\n`);
      const earlier = at < 0 ? lines : lines.slice(0, at);
      const looked = earlier.filter(({ from, to }) => from <= vault.to && to >= vault.from);
      return { earlierTrials: opening.earlierTrials, vaultOpenedBefore: looked.length };
    });
  } finally {
    db.close();
  }
}

/** The trials of one search while it runs. */
export class TrialFile {
  readonly #path: string;
  readonly #file: number;
  readonly #hash: Hash;
  #bytes: number;
  #pending: string[] = [];
  /** Hashes of the rules tried so far. */
  readonly seen = new Set<string>();

  /** Goes on behind the trials of `checkpoint`, or begins. Throws InputError (exit 1) where they are others. */
  constructor(root: string, id: string, checkpoint: Checkpoint | undefined) {
    this.#path = join(folderOf(root, id), "trials.csv");
    const { bytes, sha256 } = checkpoint?.trials ?? { bytes: 0, sha256: "" };
    const kept = existsSync(this.#path) ? readFileSync(this.#path).subarray(0, bytes) : Buffer.alloc(0);
    this.#hash = createHash("sha256").update(kept);
    if (kept.length !== bytes || (bytes > 0 && this.sha256 !== sha256))
      throw new InputError(`${this.#path}: is not the record of ${id}'s checkpoint; begin a new search`, 1);
    for (const line of kept.toString("utf8").split("\n").slice(1)) {
      const hash = line.split(",")[2];
      if (hash !== undefined) this.seen.add(hash);
    }
    if (existsSync(this.#path)) truncateSync(this.#path, bytes);
    this.#file = openSync(this.#path, "a", 0o600);
    this.#bytes = bytes;
    flushFolder(folderOf(root, id));
    if (bytes === 0) this.#write(HEAD);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  add(generation: number, member: Member): void {
    const { id, hash, fitness, sharpe, trades, nodes, semantic, genome } = member;
    const { entry, exit, size } = ruleOf(genome);
    const figures = [id, generation, hash, Number.isFinite(fitness) ? fitness : "", sharpe, trades, nodes];
    this.#pending.push(`${figures.join(",")},${semantic},"${entry}","${exit}","${size}"\n`);
  }

  /** On the disk when it returns. */
  keep(): void {
    this.#write(this.#pending.join(""));
    this.#pending = [];
    fsyncSync(this.#file);
  }

  #write(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    writeSync(this.#file, bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function writeCheckpoint(root: string, checkpoint: Checkpoint): void {
  replaceFile(join(folderOf(root, checkpoint.id), "checkpoint.json"), `${JSON.stringify(checkpoint)}\n`);
}
