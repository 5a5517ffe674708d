/** What the schedule of backups keeps, and where (RELIABILITY 6.7): `backup`. */
import { z } from "zod";

export const backupParams = z.strictObject({
  /** Hours, days and months of which the newest archive stays. */
  keepHourly: z.int().min(1).max(1000),
  keepNightly: z.int().min(1).max(4000),
  keepMonthly: z.int().min(1).max(600),
  /** Absolute, on another disk if there is one; empty: `backups` below the run's root. */
  folder: z
    .string()
    .max(1000)
    .regex(/^(?:\/.*)?$/, "must be an absolute path, or empty for <root>/backups"),
});
export type BackupParams = z.infer<typeof backupParams>;
