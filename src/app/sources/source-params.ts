/** Where market data comes from (DATA-1 to DATA-3): `data`. Keys stand in the environment or `.env`, never here. */
import { z } from "zod";
import { IEX_CLOUD_GONE, isIexCloud, sourceIds } from "../../adapters/sources/source-registry.ts";

/** Says itself why a name is none; the closed provider gets a line of its own. */
const sourceName = z.string().refine((name) => sourceIds.includes(name), {
  error: ({ input }) =>
    isIexCloud(String(input)) ? IEX_CLOUD_GONE : `must be one of ${sourceIds.join(", ")}`,
});

const origin = z.string().regex(/^(?:https:\/\/[^/\s]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?)$/, {
  error: "must be https://HOST, or http://127.0.0.1:PORT on this machine, without a path",
});

export const sourceParams = z.strictObject({
  /** In the order in which they are asked. */
  sources: z
    .array(sourceName)
    .min(1)
    .max(20)
    .refine((names) => new Set(names).size === names.length, { error: "must name each source once" }),
  /** How many sources must tell a bar alike before it is taken. */
  quorum: z.int().min(1).max(2),
  agreement: z.strictObject({
    /** Largest relative difference of closes. */
    price: z.number().min(0).max(0.5),
    /** And of volumes, where both count the same market. */
    volume: z.number().min(0).max(10),
  }),
  /** Seconds until a source that does not answer counts as failed. */
  timeoutSeconds: z.number().min(1).max(300),
  /** Requests in a minute, for those who pay for more. */
  perMinute: z.record(sourceName, z.int().min(2).max(100_000)),
  /** Of copies of answers on disk; 0 keeps none. */
  cacheMb: z.int().min(0).max(100_000),
  /** Of the source `files`: absolute; empty: there is none. */
  folder: z
    .string()
    .max(1000)
    .regex(/^(?:\/.*)?$/, "must be an absolute path, or empty"),
  /** Who is in the S&P 500: a file with a column symbol; empty: Wikipedia's table. */
  members: z
    .string()
    .max(1000)
    .regex(/^(?:\/.*)?$/, "must be an absolute path, or empty for Wikipedia's table"),
  /** Other hosts than the registry's, by source; `wikipedia` and `alpaca_news` among them. */
  origins: z.record(z.union([sourceName, z.literal(["wikipedia", "alpaca_news"])]), origin),
});
export type SourceParams = z.infer<typeof sourceParams>;
