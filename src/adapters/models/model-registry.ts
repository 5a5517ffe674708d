/**
 * The registry of models (LEARN-8): `db/models.db`, and each model's file below `models/` under the name of its
 * content, so that a version can never become another one unnoticed.
 *
 * MR-1  A name has at most one champion; promoting another retires it in the same transaction.
 * MR-2  What is loaded is what was registered, byte for byte, and of the features that are computed now; else nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../../domain/assert.ts";
import type { ModelChange, ModelFacts, ModelStage, ModelVersion } from "../../domain/model-version.ts";
import { promotionBar } from "../../learn/promotion/model-stages.ts";
import { reasonOf, replaceFile, sha256OfText } from "../durable-file.ts";
import { openDatabase } from "../sqlite-file.ts";
import { changeOf, versionOf } from "./model-rows.ts";
import { modelMigrations } from "./model-schema.ts";

const NAME = /^[a-z][a-z0-9_.-]{0,79}$/;

/** Throws InputError (exit 2) for a name that no model may have; `key` is what it was given as. */
export function modelName(given: string, key = "--name"): string {
  if (NAME.test(given)) return given;
  throw new InputError(
    `${key} ${JSON.stringify(given.slice(0, 90))}: must be small letters, digits, _ . -, at most 80`,
  );
}

/** Who retires what has drifted. */
export const DRIFT_WATCH = "drift watch";

/** Who changes a version, and why. */
export interface ChangeWords {
  readonly by: string;
  readonly reason: string;
  /** ISO instant. */
  readonly at: string;
}

/** What another registry was last told of a version. */
export interface Mirrored {
  /** Its number there. */
  readonly number: string;
  /** Undefined where it was not told yet. */
  readonly stage: ModelStage | undefined;
}

export class ModelRegistry {
  readonly #db: DatabaseSync;
  readonly #folder: string;

  /**
   * That of a root. `reads`: where there is none yet, nothing is made, and it is empty. Throws InputError (exit 1) with
   * the cure for a file that is of no use.
   */
  constructor(root: string, mode: "reads" | "writes" = "writes") {
    const file = join(root, "db", "models.db");
    const path = mode === "reads" && !existsSync(file) ? ":memory:" : file;
    this.#folder = join(root, "models");
    try {
      this.#db = openDatabase(path, { synchronous: "FULL", migrations: modelMigrations });
    } catch (error) {
      throw new InputError(
        `models: ${path} cannot be opened (${reasonOf(error)}); move it away to begin anew`,
        1,
      );
    }
  }

  /**
   * A new version in stage `candidate`. The file is in place before the row, so that a crash leaves a file that nobody
   * names. Throws InputError (exit 2) for a name that is none.
   */
  add(facts: ModelFacts, text: string, words: ChangeWords): ModelVersion {
    modelName(facts.name);
    const sha256 = sha256OfText(text);
    replaceFile(this.#path(sha256), text);
    return this.#inTransaction(() => {
      const last = this.#db.prepare("SELECT max(number) AS n FROM versions WHERE name = ?").get(facts.name);
      const number = Number(last?.n ?? 0) + 1;
      const id = `${facts.name}@${number}`;
      this.#db
        .prepare("INSERT INTO versions VALUES (?, ?, ?, ?, 'candidate', ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          ...[id, facts.name, number, words.at, facts.format, sha256, facts.snapshot],
          ...[JSON.stringify(facts.features), facts.featureVersion, JSON.stringify(facts.params)],
          ...[JSON.stringify(facts.metrics), JSON.stringify(facts.gates)],
        );
      this.#note(id, null, "candidate", words, false);
      return this.get(id);
    });
  }

  /** Newest first; of one name, or of all. */
  list(name?: string): readonly ModelVersion[] {
    return this.#db
      .prepare("SELECT * FROM versions WHERE name = coalesce(?, name) ORDER BY name, number DESC")
      .all(name ?? null)
      .map(versionOf);
  }

  /** Throws InputError (exit 2) for an id that is not known. */
  get(id: string): ModelVersion {
    const row = this.#db.prepare("SELECT * FROM versions WHERE id = ?").get(id);
    if (row !== undefined) return versionOf(row);
    const known = this.list()
      .slice(0, 5)
      .map((version) => version.id);
    throw new InputError(`model ${id}: is not known; there are ${known.join(", ") || "none yet"}`);
  }

  /** The version that is in use under a name; undefined: rules decide. */
  champion(name: string): ModelVersion | undefined {
    const row = this.#db.prepare("SELECT * FROM versions WHERE name = ? AND stage = 'champion'").get(name);
    return row === undefined ? undefined : versionOf(row);
  }

  /** All that happened to a version, oldest first, refusals too. */
  changes(id: string): readonly ModelChange[] {
    return this.#db.prepare("SELECT * FROM changes WHERE version = ? ORDER BY number").all(id).map(changeOf);
  }

  /**
   * One step: up (candidate, shadow, champion) or out (retired). What a gate refuses is written down, and thrown as
   * InputError (exit 3).
   */
  move(id: string, to: ModelStage, words: ChangeWords): ModelVersion {
    const version = this.get(id);
    const bar = promotionBar(version, to);
    if (bar !== undefined) {
      this.#inTransaction(() => this.#note(id, version.stage, to, { ...words, reason: bar }, true));
      throw new InputError(`models: ${bar}`, 3);
    }
    return this.#inTransaction(() => {
      const former = to === "champion" ? this.champion(version.name) : undefined;
      if (former !== undefined)
        this.#set(former, "retired", { ...words, reason: `${id} takes its place: ${words.reason}` });
      this.#set(version, to, words);
      return this.get(id);
    });
  }

  /**
   * The champion before this one comes back, this one is retired. One that was let go for its drift does not come back
   * this way. Throws InputError (exit 3) where there is none.
   */
  rollBack(name: string, words: ChangeWords): ModelVersion {
    return this.#inTransaction(() => {
      const now = this.champion(name);
      const before = this.#db
        .prepare(
          `SELECT version FROM changes JOIN versions ON versions.id = changes.version
           WHERE name = ? AND to_stage = 'champion' AND refused = 0 AND version <> coalesce(?, '')
             AND NOT EXISTS (SELECT 1 FROM changes AS gone WHERE gone.version = versions.id AND gone."by" = ?)
           ORDER BY changes.number DESC LIMIT 1`,
        )
        .get(name, now?.id ?? null, DRIFT_WATCH);
      if (before === undefined)
        throw new InputError(
          `models: ${name} had no champion before this one that has not drifted; retire this one instead`,
          3,
        );
      if (now !== undefined) this.#set(now, "retired", words);
      this.#set(this.get(String(before.version)), "champion", words);
      return this.get(String(before.version));
    });
  }

  /**
   * The model's text (MR-2). `featureVersion`: of the features as they are computed now. Throws InputError: exit 3 for
   * another one, exit 1 for a file that is missing or changed.
   */
  load(id: string, featureVersion: string): string {
    const version = this.get(id);
    if (version.featureVersion !== featureVersion)
      throw new InputError(
        `model ${id}: was trained on features of version ${version.featureVersion.slice(0, 12)}, ` +
          `now they are ${featureVersion.slice(0, 12)}; train it anew`,
        3,
      );
    const path = this.#path(version.sha256);
    if (!existsSync(path)) throw new InputError(`model ${id}: ${path} is missing; take it from a backup`, 1);
    const text = readFileSync(path, "utf8");
    if (sha256OfText(text) === version.sha256) return text;
    throw new InputError(`model ${id}: ${path} is not what was registered; take it from a backup`, 1);
  }

  /** By id, of those that `server` was told of. */
  mirrored(server: string): ReadonlyMap<string, Mirrored> {
    const rows = this.#db.prepare("SELECT version, number, stage FROM mirrored WHERE server = ?").all(server);
    return new Map(
      rows.map(({ version, number, stage }) => [
        String(version),
        { number: String(number), stage: (stage as ModelStage | null) ?? undefined },
      ]),
    );
  }

  noteMirrored(server: string, id: string, { number, stage }: Mirrored): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO mirrored VALUES (?, ?, ?, ?)")
      .run(server, id, number, stage ?? null);
  }

  close(): void {
    this.#db.close();
  }

  #path(sha256: string): string {
    return join(this.#folder, `${sha256}.model`);
  }

  #set({ id, stage }: ModelVersion, to: ModelStage, words: ChangeWords): void {
    this.#db.prepare("UPDATE versions SET stage = ? WHERE id = ?").run(to, id);
    this.#note(id, stage, to, words, false);
  }

  #note(id: string, from: ModelStage | null, to: ModelStage, words: ChangeWords, refused: boolean): void {
    this.#db
      .prepare("INSERT INTO changes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)")
      .run(id, words.at, from, to, words.by, words.reason, refused ? 1 : 0);
  }

  #inTransaction<Found>(work: () => Found): Found {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const found = work();
      this.#db.exec("COMMIT");
      return found;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}
