/** Every limit that has a use which can be read off the books, with the two numbers side by side. */
import type { Config } from "../../app/config.ts";
import { stricterAt } from "../../app/limit-table.ts";
import type { EnginePicture } from "../../app/live/engine-picture.ts";
import { positionDrift } from "../../risk/rules/position-size.ts";
import type { LimitUse } from "../contract/picture.ts";
import { known } from "./known.ts";

type Uses = EnginePicture["uses"];

interface LimitRow extends Pick<LimitUse, "id" | "label" | "group" | "unit" | "then"> {
  /** In the configuration. */
  readonly key: string;
  readonly use: (uses: Uses) => number;
}

const row = (
  [id, key, label]: readonly [string, string, string],
  [group, unit, then]: readonly [LimitUse["group"], LimitUse["unit"], string],
  use: (uses: Uses) => number,
): LimitRow => ({ id, key, label, group, unit, then, use });

const rows: readonly LimitRow[] = [
  row(
    ["C-29", "breakers.day_high_drawdown.maxFraction", "From day's high"],
    ["drawdown", "fraction", "no entries, positions may only shrink"],
    (uses) => uses.drawdownFromDayHigh,
  ),
  row(
    ["C-30", "breakers.day_base_loss.maxFraction", "From day's base"],
    ["drawdown", "fraction", "flatten, lock"],
    (uses) => uses.lossFromDayBase,
  ),
  row(
    ["C-31", "breakers.high_water_mark.maxFraction", "From highest ever"],
    ["drawdown", "fraction", "half of every position, half sizes"],
    (uses) => uses.drawdownFromHigh,
  ),
  row(
    ["C-11", "risk.gross_exposure.maxFraction", "Gross"],
    ["exposure", "fraction", "entries are trimmed"],
    (uses) => uses.gross,
  ),
  row(
    ["C-11", "risk.intraday_gross.maxFraction", "Gross, intraday"],
    ["exposure", "fraction", "entries are trimmed"],
    (uses) => uses.intradayGross,
  ),
  row(
    ["C-13", "risk.position_size.maxFraction", "Largest position"],
    ["exposure", "fraction", "entries are trimmed"],
    (uses) => uses.largestPosition,
  ),
  row(
    ["C-33", "risk.open_risk.maxFraction", "Open risk"],
    ["exposure", "fraction", "entries are trimmed"],
    (uses) => uses.openRisk,
  ),
  row(
    ["C-24", "risk.shorts_share.maxFraction", "Shorts, of gross"],
    ["exposure", "fraction", "short entries are trimmed"],
    (uses) => uses.shortsShare,
  ),
  row(
    ["C-25", "risk.max_positions.limit", "Positions"],
    ["exposure", "count", "entries are refused"],
    (uses) => uses.positions,
  ),
  row(
    ["C-26", "risk.trades_per_day.limit", "Entries today"],
    ["orders", "count", "entries are refused"],
    (uses) => uses.entriesToday,
  ),
  row(
    ["C-07", "risk.throttle.perMinute", "Entries a minute"],
    ["orders", "count", "entries are refused, the strategy pauses"],
    (uses) => uses.entriesThisMinute,
  ),
  row(
    ["C-07", "risk.throttle.perSecond", "Entries a second"],
    ["orders", "count", "entries are refused, the strategy pauses"],
    (uses) => uses.entriesThisSecond,
  ),
];

const POSITION = "risk.position_size.maxFraction";

export type UsedLimit = LimitUse & { readonly key: string };

/** `picture` undefined: the limits stand, and their use is not known. */
export function limitUses(config: Config, picture: EnginePicture | undefined): UsedLimit[] {
  const scalar = picture?.permission.scalar ?? 1;
  return rows.map(({ use, ...rest }) => ({
    ...rest,
    use: picture === undefined ? null : known(use(picture.uses)),
    limit: tiered(rest.key, limitAt(config, rest.key, picture), config, scalar),
    // Breakers act on what is held; a rule of the gate is asked of entries alone.
    ...(rest.key.startsWith("risk.") ? { bindsEntries: true as const } : {}),
    ...(rest.key === POSITION ? { drift: positionDrift(limitAt(config, POSITION, undefined)) } : {}),
  }));
}

/** What is in force: as configured, or the strictest override (LO-1). */
export function limitAt(config: Config, key: string, picture: EnginePicture | undefined): number {
  const [family = "", id = "", param = ""] = key.split(".");
  const params = config[family as "risk" | "breakers"][id] as Readonly<Record<string, number>> | undefined;
  const isLess = stricterAt(key) !== "more";
  return (picture?.overrides ?? [])
    .filter((override) => override.key === key)
    .reduce(
      (limit, { value }) => (isLess ? Math.min(limit, value) : Math.max(limit, value)),
      params?.[param] ?? Number.NaN,
    );
}

/** In the tier of the half two limits are smaller (C-25). */
function tiered(key: string, limit: number, { risk }: Config, scalar: number): number {
  const reduced = (id: string, param: string): number => {
    const params = risk[id] as Readonly<Record<string, number>>;
    return scalar <= (params.reducedScalar ?? 0) ? (params[param] ?? limit) : limit;
  };
  if (key === "risk.gross_exposure.maxFraction")
    return Math.min(limit, reduced("gross_exposure", "reducedFraction"));
  if (key === "risk.max_positions.limit") return Math.min(limit, reduced("max_positions", "reducedLimit"));
  return limit;
}
