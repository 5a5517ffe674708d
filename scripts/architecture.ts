/**
 * The map of the house, as data. `tidy.ts` enforces it; ARCHITECTURE.md explains it.
 *
 * A file may import its own room and any room of lower rank. Rooms of equal rank are strangers: the
 * engine introduces them.
 */
export interface Room {
  readonly rank: number;
  /** Pure rooms: no I/O, no clock, no chance, no async. Their tsconfig knows no such names either. */
  readonly pure: boolean;
  /** The only npm packages and node: modules the room may import. */
  readonly packages: readonly string[];
  /** When given, the only rooms it may import, whatever their rank. */
  readonly only?: readonly string[];
}

const nodeOnly = ["node:*"] as const;

export const rooms: Readonly<Record<string, Room>> = {
  domain: { rank: 0, pure: true, packages: [] },
  numerics: { rank: 1, pure: true, packages: [] },
  market: { rank: 2, pure: true, packages: [] },
  features: { rank: 3, pure: true, packages: ["zod"] },
  models: { rank: 4, pure: true, packages: ["zod"] },
  strategies: { rank: 5, pure: true, packages: ["zod"] },
  ensemble: { rank: 5, pure: true, packages: ["zod"] },
  risk: { rank: 5, pure: true, packages: ["zod"] },
  execution: { rank: 5, pure: true, packages: ["zod"] },
  portfolio: { rank: 5, pure: true, packages: [] },
  learn: { rank: 5, pure: true, packages: ["zod"] },
  engine: { rank: 6, pure: true, packages: ["zod"] },
  sim: { rank: 7, pure: true, packages: ["zod"] },
  adapters: {
    rank: 7,
    pure: false,
    packages: [
      "zod",
      "yaml",
      "ws",
      "@msgpack/msgpack",
      "@duckdb/node-api",
      "nodemailer",
      "koffi",
      "prom-client",
      "@nats-io/*",
      ...nodeOnly,
    ],
  },
  ops: { rank: 7, pure: false, packages: nodeOnly },
  exchange: { rank: 8, pure: false, packages: ["zod", "ws", "@msgpack/msgpack", ...nodeOnly] },
  guardian: { rank: 8, pure: false, packages: nodeOnly, only: ["domain", "market"] },
  app: { rank: 9, pure: false, packages: ["zod", ...nodeOnly] },
  research: { rank: 10, pure: false, packages: ["zod", ...nodeOnly] },
  dashboard: {
    rank: 10,
    pure: false,
    packages: [
      "zod",
      "fastify",
      "@fastify/cookie",
      "svelte",
      "svelte/*",
      "uplot",
      "lightweight-charts",
      ...nodeOnly,
    ],
  },
  cli: { rank: 11, pure: false, packages: ["commander", "zod", ...nodeOnly] },
};

/** Banned in pure rooms. Each entry says what to use instead: a ban without one is only a wall. */
export const banned: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/^(?:export )?(?:let|var)\b/m, "state that an object owns; module state survives into the next run"],
  [/\bDate\b/, "the event's `at`"],
  [/\bTemporal\b/, "day numbers and the session table"],
  [/\bperformance\b(?!-)/, "a bench file"],
  [/\bMath\.random\b/, "the Rng passed to you"],
  [/\bcrypto\b/, "an id derived from the decision"],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/, "a timer event from the engine"],
  [/\b(?:async|await|Promise)\b/, "a command; the shell awaits, the core decides"],
  [/\b(?:fetch|process|console|globalThis)\b/, "a port, or a returned event"],
  [/\b(?:WeakRef|FinalizationRegistry)\b/, "explicit ownership; collection time is not reproducible"],
  [/\b(?:Intl|localeCompare|toLocale\w+)\b/, "plain comparison; locale differs by machine"],
];

export const limits = { lines: 400, testLines: 800, columns: 120 } as const;

/** File names that say nothing about what is inside. */
export const vagueNames = /(?:^|-)(?:utils?|helpers?|common|misc|managers?|services?|base|new)(?:-|\.|$)/;
