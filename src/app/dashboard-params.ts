/** Settings of the dashboard (RELIABILITY 5): where it answers, and for how long a session is trusted. */
import { z } from "zod";

export const loopbackHosts: readonly string[] = ["127.0.0.1", "::1"];

export const dashboardParams = z.strictObject({
  /** 0: any that is free. */
  port: z.int().min(0).max(65_535),
  /** Address that it listens on. One that others reach needs `allowOtherHosts`, `tls` and `names`. */
  host: z.string().regex(/^[0-9a-fA-F.:]{2,45}$/, "must be an IP address, as 127.0.0.1"),
  allowOtherHosts: z.boolean(),
  /** What it is called there, as a browser writes it: nothing else is answered. */
  names: z.array(z.string().regex(/^[a-z0-9.-]{1,253}$/, "must be a host's name in small letters")).max(8),
  tls: z.strictObject({
    /** Files in PEM; empty: plain HTTP, which is for the loopback alone. */
    cert: z.string().max(4096),
    key: z.string().max(4096),
  }),
  /** Without an act for so long a session must give the key again before anything is loosened. */
  idleMinutes: z.number().min(1).max(15),
  /** After so long it is over. */
  hours: z.number().min(0.1).max(12),
  /** Live pictures at once in one session: the oldest gives way. */
  streams: z.int().min(1).max(16),
});
export type DashboardParams = z.infer<typeof dashboardParams>;
