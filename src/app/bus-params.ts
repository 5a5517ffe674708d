/** Where processes on several machines meet (SYSTEM 17). Keys of the server come by the environment, never here. */
import { z } from "zod";

export const busParams = z.strictObject({
  /** Empty: all in one machine, and nothing of NATS is loaded. */
  url: z
    .string()
    .max(300)
    .regex(
      /^(?:(?:nats|tls):\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(?::\d{1,5})?)?$/,
      "must be nats://host:port or tls://host:port without user and password, or empty for none",
    ),
  /** Stages that another machine runs: the supervisor of this one does not start them. */
  elsewhere: z.array(z.enum(["ingest", "compute"])).max(2),
});
