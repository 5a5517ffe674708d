/**
 * What a search may vary of a strategy (RES-6): said where the parameter is declared, read from there. What says
 * nothing is not searched.
 *
 * PS-1  A specification is within what the parameter itself allows, and holds its default.
 */
import { z } from "zod";

export type ParameterValue = number | string | boolean;

/** `log`: what spans orders of magnitude; it has no steps. Bounds are included. */
export type ParameterSpec =
  | {
      readonly name: string;
      readonly kind: "int" | "float";
      readonly low: number;
      readonly high: number;
      /** From `low` up. */
      readonly step: number;
      readonly default: number;
    }
  | {
      readonly name: string;
      readonly kind: "log";
      readonly low: number;
      readonly high: number;
      readonly default: number;
    }
  | {
      readonly name: string;
      readonly kind: "choice";
      readonly values: readonly ParameterValue[];
      readonly default: ParameterValue;
    };

/** Nothing for a truth value or a list of words: all of it is tried. */
type Searched =
  | { readonly low: number; readonly high: number; readonly step: number }
  | { readonly low: number; readonly high: number; readonly scale: "log" }
  | Record<string, never>;

const ranges = new WeakMap<z.ZodType, Searched>();

/**
 * Marks a parameter as one that a search may vary, in a part of what it allows that is worth the time. Comes last: what
 * is said of a schema is not said of one that is made from it.
 */
export function searched<Schema extends z.ZodType>(schema: Schema, range: Searched = {}): Schema {
  ranges.set(schema, range);
  return schema;
}

/** In the order of their declaration. */
export function parameterSpecs(params: z.ZodType): ParameterSpec[] {
  if (!(params instanceof z.ZodObject)) return [];
  return Object.entries(params.shape as Record<string, z.ZodType>).flatMap(([name, schema]) => {
    const range = ranges.get(schema);
    return range === undefined ? [] : [specOf(name, schema, range)];
  });
}

function specOf(name: string, schema: z.ZodType, range: Searched): ParameterSpec {
  if (!(schema instanceof z.ZodDefault)) throw new Error(`parameter ${name}: is searched and has no default`);
  const { innerType, defaultValue } = schema.def;
  if ("low" in range && typeof defaultValue === "number") {
    const bounds = { name, low: range.low, high: range.high, default: defaultValue };
    if ("scale" in range) return { ...bounds, kind: "log" };
    const isWhole = innerType instanceof z.ZodNumber && innerType.isInt;
    return { ...bounds, kind: isWhole ? "int" : "float", step: range.step };
  }
  if (innerType instanceof z.ZodBoolean)
    return { name, kind: "choice", values: [false, true], default: defaultValue as boolean };
  if (innerType instanceof z.ZodEnum)
    return { name, kind: "choice", values: innerType.options, default: defaultValue as string };
  throw new Error(`parameter ${name}: cannot be searched as it is declared`);
}
