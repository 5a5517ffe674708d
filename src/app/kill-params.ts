/** What a kill does, as it is configured (RISK-3): `kill.mode`. */
import { z } from "zod";
import { killModes } from "../domain/kill-mode.ts";

export const killParams = z.strictObject({ mode: z.enum(killModes) });
export type KillParams = z.infer<typeof killParams>;

/** One line for whoever starts a system in which a kill leaves positions open; undefined where it closes them. */
export function killWarning({ mode }: KillParams): string | undefined {
  if (mode === "flatten") return undefined;
  const working = mode === "halt_only" ? ", and working orders too" : "";
  return `kill.mode is ${mode}: a kill bars entries and leaves positions open${working}; flatten closes them`;
}
