/**
 * How old what is on the screen is, and whether the level is known at all. Pure: ages come in, a verdict goes out.
 *
 * DB-4  A level is shown only while execute answers and pictures arrive; otherwise it is unknown and no water is drawn.
 */
import type { Picture } from "../../contract/picture.ts";

export type Freshness = "first" | "fresh" | "stale" | "lost";

/** Older figures lose their colour. */
export const staleAfterMs = 2000;
/** Without a picture for so long, what execute permits is not known any more. */
export const lostAfterMs = 5000;

export interface Ages {
  /** Since the last picture arrived, milliseconds of the machine; null: none yet. */
  readonly silentMs: number | null;
  readonly engine: Picture["engine"] | null;
  readonly hasLevel: boolean;
}

export function freshness({ silentMs, engine, hasLevel }: Ages): Freshness {
  if (silentMs === null || engine === null) return "first";
  if (silentMs > lostAfterMs || engine.state === "down" || !hasLevel) return "lost";
  return figuresAge({ silentMs, engine, hasLevel }) > staleAfterMs ? "stale" : "fresh";
}

/** Of the figures: how long execute has not answered, and how long the page has not heard since. */
export const figuresAge = ({ silentMs, engine }: Ages): number => (silentMs ?? 0) + (engine?.ageMs ?? 0);
