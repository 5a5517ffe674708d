/**
 * Every strategy of a configuration: the built-in ones and those in files of its own (`strategies.ID.file`). A file is
 * known by its hash: what a run began with is what it goes on with, is replayed with, and nothing else.
 */
import type { DecisionLimit } from "../adapters/decision-limit.ts";
import { loadStrategyFile, loadTradingStrategy, readStrategyFile } from "../adapters/strategy-file.ts";
import { InputError } from "../domain/assert.ts";
import { strategies } from "../strategies/registry.ts";
import type { StrategyModule } from "../strategies/strategy.ts";

interface Entry {
  /** Absolute path of a strategy that is not built in. */
  readonly file?: string | undefined;
  readonly sha256?: string | undefined;
}

interface Entries {
  readonly strategies: Readonly<Record<string, Entry>>;
}

/** How a strategy of one's own is called. */
const NAME = /^[a-z][a-z0-9_]{1,39}$/;
/** Whoever has no order of ours; see `live/run-engine.ts`. */
const TAKEN: ReadonlySet<string> = new Set(["external", ...strategies.map(({ id }) => id)]);

/** What is wrong with a name for a strategy of one's own; undefined: nothing. */
export function wrongName(name: string): string | undefined {
  if (TAKEN.has(name)) return "is taken by a built-in strategy; take another";
  if (!NAME.test(name)) return "must be 2 to 40 of a-z, 0-9 and _, and begin with a letter";
  return undefined;
}

/**
 * Built-in ones first, then those of files by their ids. `limit`: of decisions of one's own, in a run that trades
 * and in whatever repeats it; each time they are strategies of their own (`loadTradingStrategy`). Throws InputError
 * (exit 2) for a file that is not there, is not what the configuration says by its hash, or holds no such strategy.
 */
export function strategiesOf(
  { strategies: entries }: Entries,
  limit?: DecisionLimit,
): readonly StrategyModule[] {
  const own = Object.entries(entries)
    .filter(([, { file }]) => file !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (own.length === 0) return strategies;
  return [...strategies, ...own.map(([id, entry]) => ownStrategy(id, entry, limit))];
}

function ownStrategy(
  id: string,
  { file = "", sha256 }: Entry,
  limit: DecisionLimit | undefined,
): StrategyModule {
  const key = `strategies.${id}.file`;
  const read = readStrategyFile(file, key);
  if (sha256 !== undefined && sha256 !== read.sha256)
    throw new InputError(
      `config: ${key} = ${file}: is another file (sha256 ${read.sha256.slice(0, 12)}) than the one that was meant ` +
        `(${sha256.slice(0, 12)}); bring that one back, or begin anew with this one`,
    );
  const module =
    limit === undefined ? loadStrategyFile(file, read, key) : loadTradingStrategy(file, read, key, limit);
  if (module.id !== id)
    throw new InputError(
      `config: ${key} = ${file}: holds the strategy ${module.id}; name it so: strategies.${module.id}`,
    );
  return module;
}

/** Those that end each day flat. Of a file that is gone it says nothing: whoever asks only shows or closes. */
export function intradayIds(config: Entries): ReadonlySet<string> {
  return new Set(knownStrategies(config).flatMap(({ id, horizon }) => (horizon === "intraday" ? [id] : [])));
}

/** Those of files that are still there, too: for who only shows or closes. */
export function knownStrategies(config: Entries): readonly StrategyModule[] {
  try {
    return strategiesOf(config);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return strategies;
  }
}

/** The same settings with the hash of each file in them. */
export function withHashes<Settings extends Entries>(config: Settings): Settings {
  const own = Object.entries(config.strategies).filter(([, { file }]) => file !== undefined);
  if (own.length === 0) return config;
  const hashed = own.map(([id, entry]) => {
    const { sha256 } = readStrategyFile(entry.file ?? "", `strategies.${id}.file`);
    return [id, { ...entry, sha256: entry.sha256 ?? sha256 }] as const;
  });
  return { ...config, strategies: { ...config.strategies, ...Object.fromEntries(hashed) } };
}

/** The same settings with the files of strategies elsewhere. */
export function withPlaces<Settings extends Entries>(
  config: Settings,
  place: (file: string, entry: Entry) => string,
): Settings {
  if (!ownFiles(config)) return config;
  const entries = Object.entries(config.strategies).map(([id, entry]) => [
    id,
    entry.file === undefined ? entry : { ...entry, file: place(entry.file, entry) },
  ]);
  return { ...config, strategies: Object.fromEntries(entries) };
}

const ownFiles = ({ strategies: entries }: Partial<Entries>): boolean =>
  Object.values(entries ?? {}).some(({ file }) => file !== undefined);

/** Where a file lies is no part of what it does: its hash stays, and stands for it. */
export function withoutPlaces<Settings extends Entries>(config: Settings): Settings {
  if (!ownFiles(config)) return config;
  const entries = Object.entries(config.strategies).map(([id, { file: _, ...entry }]) => [id, entry]);
  return { ...config, strategies: Object.fromEntries(entries) };
}
