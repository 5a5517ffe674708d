/** Every limit with its use, every control with how far it is built and how often it acted, breakers and overrides. */
import type { Config } from "../../../app/config.ts";
import { overridableKeys } from "../../../app/limit-override.ts";
import { limits, stricterAt } from "../../../app/limit-table.ts";
import type { EnginePicture } from "../../../app/live/engine-picture.ts";
import { breakers } from "../../../risk/breaker-registry.ts";
import { rules } from "../../../risk/registry.ts";
import type { RiskAnswer } from "../../contract/trading-answers.ts";
import type { ControlRow } from "../controls-page.ts";
import { instant } from "../known.ts";
import { limitAt, limitUses } from "../limit-uses.ts";
import type { ReadDatabase } from "../read-database.ts";

export interface RiskSources {
  readonly run: string;
  readonly config: Config;
  readonly controls: readonly ControlRow[];
  readonly performance: ReadDatabase;
}

const BREAKERS_SHOWN = 200;
const BY_CLAIM = "permission:";

export function riskAnswer(
  { run, config, controls, performance }: RiskSources,
  engine: EnginePicture | undefined,
): RiskAnswer {
  const blocked = engine?.blocked ?? [];
  const fired = firedBy(blocked);
  return {
    limits: limitUses(config, engine).map(({ key, ...use }) => ({ ...use, origin: originOf(key) })),
    controls: controls.map((control) => ({ ...control, fired: fired.get(control.id) ?? 0 })),
    blocked: blocked.filter(({ count, shrunk }) => count + shrunk > 0),
    breakers: performance
      .all(
        "SELECT * FROM circuit_breaker_state WHERE run = ? ORDER BY is_active DESC, number DESC LIMIT ?",
        run,
        BREAKERS_SHOWN,
      )
      .map((row) => ({
        id: String(row.breaker_type),
        scope: String(row.target),
        isActive: row.is_active === 1,
        action: String(row.action),
        reason: String(row.reason),
        triggeredAt: instant(row.triggered_at) ?? "",
        expiresAt: instant(row.expires_at),
        endedAt: instant(row.ended_at),
      })),
    overrides: (engine?.overrides ?? []).map(({ key, value, until }) => ({
      key,
      value,
      ceiling: limitAt(config, key, undefined),
      until: instant(until) ?? "",
    })),
    overridable: overridableKeys().map((key) => ({
      key,
      value: limitAt(config, key, engine),
      label: key.replace(/^(?:risk|breakers)\./, "").replaceAll(/[._]/g, " "),
      tightens: stricterAt(key) === "more" ? "up" : "down",
    })),
  };
}

const originOf = (key: string): string => {
  const limit = limits[key];
  return limit !== undefined && "source" in limit ? `${key}, ${limit.source}` : key;
};

/** Refusals and trims by control; what a claim barred counts for the breaker that made it. */
function firedBy(blocked: EnginePicture["blocked"]): ReadonlyMap<string, number> {
  const controlOf = new Map<string, string>([
    ...rules.map((module) => [module.id, module.configure({}).control] as const),
    ...breakers.map(({ id, control }) => [`${BY_CLAIM}${id}`, control] as const),
    [`${BY_CLAIM}operator`, "C-01"],
    [`${BY_CLAIM}watchdog`, "C-36"],
  ]);
  const fired = new Map<string, number>();
  for (const { rule, count, shrunk } of blocked) {
    const control = controlOf.get(rule);
    if (control !== undefined) fired.set(control, (fired.get(control) ?? 0) + count + shrunk);
  }
  return fired;
}
