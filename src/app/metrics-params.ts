/** Settings of what is offered to Prometheus (OPS-5). */
import { z } from "zod";

export const metricsParams = z.strictObject({
  enabled: z.boolean(),
  /** On this machine alone: the figures have no password. A scraper elsewhere comes by a tunnel. */
  host: z.enum(["127.0.0.1", "::1", "localhost"]),
  port: z.int().min(1).max(65_535),
  /** Offers equity in dollars; without it only as a fraction of what the run began with. */
  equity: z.boolean(),
});
