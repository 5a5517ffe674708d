/**
 * Which settings belong to the identity of a run: all that can change what is traded. The others are named here one by
 * one, so that a setting that nobody has thought about is part of it, and no run goes on under other terms (C-55).
 *
 * TH-1  Two configurations with one hash differ at most in settings that are named here.
 */
import { type Config, configHash } from "./config.ts";

const inBlock = (block: string, keys: string): readonly string[] =>
  keys.split(" ").map((key) => `${block}.${key}`);

const processes = "ingest compute execute ledger guardian exchange monitor orchestrator dashboard".split(" ");

/** Full paths of single settings: who is told, what is shown and kept, with which means. */
export const notTrading: readonly string[] = [
  // Not `channelMinutes`, `barred` and `testMinutesBeforeOpen`: by them entries end where nobody can be told. Nor where
  // a channel's password is sent to.
  ...inBlock("alerts.channels.smtp", "enabled from to"),
  ...inBlock("alerts.channels.twilio", "enabled from to"),
  ...inBlock("alerts.channels", "slack.enabled webhook.enabled"),
  ...inBlock(
    "alerts",
    "routes.warning routes.info routes.digest repeatMinutes repeatsMax groupSeconds summaryMinutes",
  ),
  ...inBlock("alerts", "quietMinutes escalateAfter giveUpHours"),
  ...inBlock("dashboard", "port host allowOtherHosts names tls.cert tls.key idleMinutes hours streams"),
  ...inBlock("backup", "keepHourly keepNightly keepMonthly folder"),
  // Where a library is; which one trained a model stands in the model's record.
  ...inBlock("learn", "xgboost.library lightgbm.library"),
  ...inBlock("metrics", "enabled host port equity"),
  // What is in the lake counts, and a run names it by its content; not who it was asked of.
  ...inBlock("data", "sources quorum timeoutSeconds perMinute cacheMb folder members origins"),
  ...inBlock("data.agreement", "price volume"),
  // Not `disabledTasks`: an essential one bars entries while it fails.
  ...inBlock(
    "orchestrator",
    "gapFraction openingSpreadFraction staleMarkSeconds pnlDifference logDays cacheDays trainings walkForwards",
  ),
  // What is searched and proposed; an operator's yes begins another run.
  ...inBlock("research", "maxAgeDays disableBelow leastSessions leastTrades liveSessions optimisations"),
  ...inBlock("research.nightly", "enabled sync stepMinutes"),
  ...inBlock("live", "deadManUrl logs standby"),
  ...inBlock("bus", "url elsewhere"),
  ...processes.flatMap((id) => inBlock(`live.processes.${id}`, "cpu memoryMb")),
];

const named: ReadonlySet<string> = new Set(notTrading);

/** As `configHash`, of what can change what is traded. */
export const tradingHash = (config: Config): string => configHash(picked(config, (path) => !named.has(path)));

/** The settings that are named here, in the form of a configuration. */
export const notTradingPart = (config: Config): object => picked(config, (path) => named.has(path));

/** The configuration with those of `part` that are named here: what else stands in it changes nothing. */
export function withNotTrading(config: Config, part: unknown): Config {
  return laid(config, part, "") as Config;
}

function picked<Tree extends object>(tree: Tree, isWanted: (path: string) => boolean, path = ""): Tree {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const own = path === "" ? key : `${path}.${key}`;
    if (isTree(value) && !named.has(own)) return [[key, picked(value, isWanted, own)]];
    return isWanted(own) ? [[key, value]] : [];
  });
  return Object.fromEntries(entries) as Tree;
}

function laid(base: unknown, part: unknown, path: string): unknown {
  if (named.has(path)) return part;
  if (!isTree(base) || !isTree(part)) return base;
  const kept = Object.entries(base).filter(([key]) => !named.has(join(path, key)) || key in part);
  const added = Object.keys(part).filter((key) => !(key in base) && named.has(join(path, key)));
  const all = [...kept, ...added.map((key) => [key, undefined] as const)];
  return Object.fromEntries(
    all.map(([key, value]) => [key, key in part ? laid(value, part[key], join(path, key)) : value]),
  );
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
