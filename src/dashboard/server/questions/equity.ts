/** The curve with the rungs of today and what happened on the way. */
import type { Config } from "../../../app/config.ts";
import type { CurvePoint } from "../../../app/live/control-desk.ts";
import type { EnginePicture } from "../../../app/live/engine-picture.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../../domain/time.ts";
import { fromNewYork } from "../../../market/us-eastern.ts";
import type { LevelName } from "../../contract/picture.ts";
import type { EquityAnswer, EquityPoint } from "../../contract/trading-answers.ts";
import { instant, known } from "../known.ts";
import { limitAt } from "../limit-uses.ts";
import type { ReadDatabase, Row } from "../read-database.ts";

export interface EquitySources {
  readonly run: string;
  readonly config: Config;
  readonly performance: ReadDatabase;
  readonly engine: EnginePicture | undefined;
  /** Of today; none where execute does not answer. */
  readonly curve: readonly CurvePoint[];
}

const MARKS = 200;
const CLOSE_MINUTE = 16 * 60;

export function equityAnswer(sources: EquitySources, range: EquityAnswer["range"]): EquityAnswer {
  const { run, config, performance, engine, curve } = sources;
  const today = curve.flatMap(pointOf);
  const points = range === "today" ? today : [...daysBefore(performance, run, today[0]?.at), ...today];
  const since = points[0] === undefined ? Number.POSITIVE_INFINITY : Date.parse(points[0].at) * 1000;
  const marks = performance.all(
    `SELECT triggered_at, reason, action FROM circuit_breaker_state
     WHERE run = ? AND target = 'account' AND triggered_at >= ? ORDER BY number DESC LIMIT ?`,
    run,
    Math.min(since, Number.MAX_SAFE_INTEGER),
    MARKS,
  );
  return {
    range,
    points,
    rungs: {
      fromHigh: limitAt(config, "breakers.day_high_drawdown.maxFraction", engine),
      fromBase: limitAt(config, "breakers.day_base_loss.maxFraction", engine),
    },
    marks: marks.toReversed().map(({ triggered_at: at, reason, action }) => ({
      at: instant(at) ?? "",
      text: String(reason),
      level: String(action) as LevelName,
    })),
  };
}

function pointOf({ at, equity, high }: CurvePoint): EquityPoint[] {
  const when = instant(at);
  const [value, top] = [known(equity), known(high)];
  return when === null || value === null ? [] : [{ at: when, equity: value, high: top ?? value }];
}

/** The last value of each session before today's first. */
function daysBefore(performance: ReadDatabase, run: string, first: string | undefined): EquityPoint[] {
  const rows = performance.all("SELECT date, equity FROM portfolio_daily WHERE run = ? ORDER BY date", run);
  return rows.flatMap(({ date, equity }: Row) => {
    const day = parseIsoDate(String(date));
    const value = known(equity);
    if (day === undefined || value === null) return [];
    const at = instant(fromNewYork(day as DayNumber, CLOSE_MINUTE) as EpochMicros) ?? "";
    return first === undefined || at < first ? [{ at, equity: value, high: value }] : [];
  });
}
