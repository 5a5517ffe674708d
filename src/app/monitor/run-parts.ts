/**
 * The monitor watches the system from a process of its own: alerts leave, figures are offered and health is judged
 * when execute is dead, too (OPS-3 to OPS-5). It is made of parts; one that cannot start leaves the others alone.
 */
import type { StageContext } from "../live/stage-context.ts";

export interface MonitorPart {
  readonly id: string;
  /** Resolves to what ends it in good order. */
  start(context: StageContext): Promise<() => Promise<void>>;
}

/** Tells people: alerts of one cause are one incident, until it is cleared. */
export type RaiseAlert = (level: "info" | "warning" | "critical", cause: string, text: string) => void;

/** Whoever tells people, as the other parts see it. */
export interface AlertPort {
  readonly raise: RaiseAlert;
  /** What caused them is well again. */
  clear(cause: string): void;
}

/** For `stageMain`. */
export const runParts =
  (parts: readonly MonitorPart[]) =>
  async (context: StageContext): Promise<() => Promise<void>> => {
    const ends: (() => Promise<void>)[] = [];
    for (const part of parts) {
      try {
        ends.push(await part.start(context));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        context.log("critical", `${part.id} does not start: ${why}`);
      }
    }
    return async () => {
      for (const end of ends.toReversed()) await end();
    };
  };
