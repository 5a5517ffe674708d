/** The sources of the settings, ready to be asked: keys from the environment, a budget and a client each. */
import { join } from "node:path";
import { Secret } from "../../adapters/brokers/alpaca/secret.ts";
import { type Environment, readEnvFile } from "../../adapters/env-file.ts";
import type { Clock, Transport } from "../../adapters/net/ports.ts";
import { alpacaIex } from "../../adapters/sources/alpaca-bars.ts";
import { barFiles } from "../../adapters/sources/bar-files.ts";
import type { BarSource, SourceDefinition, SourceReach } from "../../adapters/sources/bar-source.ts";
import { ResponseCache } from "../../adapters/sources/response-cache.ts";
import { SourceClient } from "../../adapters/sources/source-client.ts";
import { FILES_SOURCE, sourceDefinitions } from "../../adapters/sources/source-registry.ts";
import { TokenBucket } from "../../adapters/sources/token-bucket.ts";
import { InputError } from "../../domain/assert.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import type { SourceParams } from "./source-params.ts";

export interface SourceWorld {
  readonly root: string;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly transport: Transport;
  readonly environment: Environment;
  readonly envFiles: readonly string[];
  readonly seed: number;
}

export interface ReadySources {
  /** In the order in which they are asked. */
  readonly sources: readonly BarSource[];
  /** Those that are named and cannot be asked, each in a line with its cure. */
  readonly left: readonly string[];
  readonly counts: () => { readonly asked: number; readonly kept: number; readonly unchanged: number };
  /** A client for the page of the index's members. */
  readonly pages: SourceClient;
  readonly rng: Rng;
}

/**
 * `names` in place of `data.sources` when the user named one. Throws InputError when none of them can be asked: with
 * the key that it lacks where one was named.
 */
export function readySources(
  params: SourceParams,
  names: readonly string[],
  world: SourceWorld,
): ReadySources {
  const places = [world.environment, ...world.envFiles.map(readEnvFile)];
  const rng = createRng(world.seed, "data sources");
  const cache = new ResponseCache(join(world.root, "cache", "sources"), params.cacheMb * 2 ** 20);
  const clients: SourceClient[] = [];
  const client = (name: string, perMinute: number, secrets: readonly Secret[]) => {
    const { clock, wallMs, transport } = world;
    const bucket = new TokenBucket(clock, perMinute);
    const timeoutMs = params.timeoutSeconds * 1000;
    const own = rng.fork(name);
    const made = new SourceClient({
      name,
      clock,
      wallMs,
      transport,
      rng: own,
      bucket,
      cache,
      timeoutMs,
      secrets,
    });
    clients.push(made);
    return made;
  };
  const sources: BarSource[] = [];
  const left: string[] = [];
  for (const name of names) {
    if (name === FILES_SOURCE) {
      if (params.folder === "") left.push("files: no folder is set; set data.folder");
      else sources.push(barFiles(params.folder, join(world.root, "data", "spill")));
      continue;
    }
    const definition = sourceDefinitions.find(({ id }) => id === name);
    if (definition === undefined) throw new InputError(`data.sources: ${name} is not known`);
    const keys = keysOf(definition, places);
    if (typeof keys === "string") left.push(`${name}: ${keys}`);
    else {
      const perMinute = params.perMinute[name] ?? definition.perMinute;
      const origin = params.origins[name] ?? definition.origin;
      sources.push(reachable(definition, { client: client(name, perMinute, keys), origin, keys }));
    }
  }
  if (sources.length === 0) throw new InputError(`no data source can be asked: ${left.join("; ")}`);
  const pages = client("wikipedia", 60, []);
  const sum = (what: "asked" | "kept" | "unchanged") =>
    clients.reduce((total, { counts }) => total + counts[what], 0);
  const counts = () => ({ asked: sum("asked"), kept: sum("kept"), unchanged: sum("unchanged") });
  return { sources, left, counts, pages, rng };
}

/** The news of Alpaca, asked with the keys of its bars. Throws InputError where a key is missing. */
export function newsReach(params: SourceParams, world: SourceWorld): SourceReach {
  const places = [world.environment, ...world.envFiles.map(readEnvFile)];
  const keys = keysOf(alpacaIex, places);
  if (typeof keys === "string") throw new InputError(`alpaca_news: ${keys}`);
  const { clock, wallMs, transport } = world;
  const client = new SourceClient({
    ...{ name: "alpaca_news", clock, wallMs, transport, secrets: keys },
    rng: createRng(world.seed, "alpaca_news"),
    bucket: new TokenBucket(clock, params.perMinute[alpacaIex.id] ?? alpacaIex.perMinute),
    cache: new ResponseCache(join(world.root, "cache", "sources"), params.cacheMb * 2 ** 20),
    timeoutMs: params.timeoutSeconds * 1000,
  });
  return { client, origin: params.origins.alpaca_news ?? alpacaIex.origin, keys };
}

function reachable(definition: SourceDefinition, reach: Parameters<SourceDefinition["bars"]>[0]): BarSource {
  const { id, volume, lists, spanDays, hasIndices, bars, actions } = definition;
  return {
    id,
    volume,
    spanDays,
    offers: ({ symbol, timeframe, adjustment }) =>
      (hasIndices || !symbol.startsWith("^")) && (lists[timeframe]?.includes(adjustment) ?? false),
    bars: (query, asking) => bars(reach, query, asking),
    ...(actions === undefined ? {} : { actions: (query) => actions(reach, query) }),
  };
}

/** All of one place, as two keys of a pair belong together; a line with the cure where none has them. */
function keysOf({ keys }: SourceDefinition, places: readonly Environment[]): readonly Secret[] | string {
  const valuesIn = (place: Environment) =>
    keys.map((names) => names.map((name) => (place[name] ?? "").trim()).find((text) => text !== ""));
  const found = places.map(valuesIn);
  const whole = found.find((values) => values.every((value) => value !== undefined));
  if (whole === undefined) {
    const best = found.toSorted((a, b) => count(b) - count(a))[0] ?? [];
    const missing = keys[best.indexOf(undefined)]?.[0] ?? "its key";
    return `${missing} is not set; set it in the environment or in .env`;
  }
  return whole.map((value, i) => {
    if (!/^[\x21-\x7e]+$/.test(value ?? ""))
      throw new InputError(`${keys[i]?.[0]} holds a space or a sign that no key has; copy it again`);
    return new Secret(value ?? "");
  });
}

const count = (values: readonly (string | undefined)[]): number =>
  values.filter((value) => value !== undefined).length;
