/** The regime in one line, for the command line and the page. */
import { isoDate } from "../../domain/time.ts";
import type { RegimeState } from "../../engine/regime-watch.ts";

/** Null: no regime binds the run. */
export function regimeLine(state: RegimeState | null): string {
  if (state === null) return "no regime binds this run";
  const { told, problem, isShadow, closesLongs } = state;
  const shadow = isShadow ? " (in shadow: told and not done)" : "";
  const fast = closesLongs ? "; the fast exit closes longs" : "";
  if (problem !== null || told === null) return `unknown, no new longs${shadow}: ${problem}${fast}`;
  const { session, regime, bull, neutral, bear, longScale, vix, vixRegime, vixScale } = told;
  const chances = [bull, neutral, bear].map((p) => (p ?? Number.NaN).toFixed(2)).join(" / ");
  const longs =
    longScale === 0 ? "no new longs" : longScale < 1 ? `new longs times ${longScale}` : "new longs may come";
  const ofVix = vix === null ? "VIX unknown" : `VIX ${vix.toFixed(2)} ${vixRegime}`;
  const scale = vixScale === null ? "" : `, sizes times ${vix === null ? Math.min(0.7, vixScale) : vixScale}`;
  const when = `${regime} for ${isoDate(session)}`;
  return `${when} (Bull / Neutral / Bear ${chances}), ${longs}${shadow}; ${ofVix}${scale}${fast}`;
}
