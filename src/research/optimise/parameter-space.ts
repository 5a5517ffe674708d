/** A strategy's declared ranges as a space to search, from what the configuration has them at. */
import type { Config } from "../../app/config.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { InputError } from "../../domain/assert.ts";
import type { Dimension, PointOf, Space } from "../../learn/search/space.ts";
import type { ParameterSpec } from "../../strategies/parameter-spec.ts";

export type Point = PointOf<Space>;

export interface ParameterSpace {
  readonly space: Space;
  /** As the configuration has them. */
  readonly start: Point;
  /** Whether the strategy takes them together. */
  readonly isAllowed: (point: Point) => boolean;
  /** All parameters of the strategy, with those of the point. */
  readonly paramsOf: (point: Point) => Readonly<Record<string, unknown>>;
}

/** Throws InputError for a strategy that declares nothing to search. */
export function parameterSpace(config: Config, strategyId: string): ParameterSpace {
  const strategies = strategiesOf(config);
  const module = strategies.find(({ id }) => id === strategyId);
  if (module === undefined || module.parameters.length === 0) {
    const others = strategies.filter(({ parameters }) => parameters.length > 0).map(({ id }) => id);
    throw new InputError(
      `--strategy ${strategyId}: declares no ranges to search; those that do are ${others.join(", ")}`,
    );
  }
  const given = config.strategies[strategyId]?.params ?? {};
  const paramsOf = (point: Point) =>
    module.bind({ ...given, ...point }).params as Readonly<Record<string, unknown>>;
  const configured = paramsOf({});
  return {
    space: Object.fromEntries(module.parameters.map((spec) => [spec.name, dimensionOf(spec)])),
    start: Object.fromEntries(module.parameters.map(({ name }) => [name, configured[name] as number])),
    isAllowed: (point) => isTaken(() => paramsOf(point)),
    paramsOf,
  };
}

function dimensionOf(spec: ParameterSpec): Dimension {
  if (spec.kind === "choice") return { kind: "choice", values: spec.values };
  const bounds = { from: spec.low, to: spec.high };
  return spec.kind === "log"
    ? { kind: "log-float", ...bounds }
    : { kind: spec.kind, ...bounds, step: spec.step };
}

function isTaken(bind: () => unknown): boolean {
  try {
    bind();
    return true;
  } catch {
    return false;
  }
}
