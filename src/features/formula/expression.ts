/**
 * A formula as a tree, and the one way to write it down: `above(score(ret_5, 20), 1.5)`. The text names the formula in
 * records and hashes, and a strategy that was found carries it as it is.
 */
import { InputError } from "../../domain/assert.ts";
import type { FeatureRef } from "../feature.ts";
import { features } from "../registry.ts";
import { type Kind, type Operator, operators, reach, windows } from "./operators.ts";

/** A call, a leaf without arguments, or a number (`name` is empty). */
export interface Expression {
  readonly name: string;
  /** Of a number; 0 for all else. */
  readonly value: number;
  readonly args: readonly Expression[];
}

export const PRICES = ["open", "high", "low", "close"] as const;
export type PriceName = (typeof PRICES)[number];

const byName: ReadonlyMap<string, Operator> = new Map(operators.map((one) => [one.name, one]));

export const number = (value: number): Expression => ({ name: "", value, args: [] });
export const call = (name: string, args: readonly Expression[]): Expression => ({ name, value: 0, args });

/** Undefined for leaves and numbers. */
export const operatorOf = ({ name }: Expression): Operator | undefined => byName.get(name);

export const isPrice = (name: string): name is PriceName => PRICES.some((price) => price === name);

/** Units that are plain fractions once they are scaled: percents and basis points are read as fractions. */
const scales: Readonly<Record<string, number>> = { ratio: 1, percent: 0.01, bps: 0.0001 };

export interface LeafFeature {
  readonly ref: FeatureRef;
  /** What its values are multiplied by to be fractions. */
  readonly scale: number;
}

/** Every column of the catalogue that is a fraction, by its name. */
const leaves: ReadonlyMap<string, LeafFeature> = new Map(
  features.flatMap((feature) =>
    feature.outputs.flatMap((name, output): [string, LeafFeature][] => {
      const scale = scales[feature.units[output] ?? ""];
      return scale === undefined ? [] : [[name, { ref: { feature, output }, scale }]];
    }),
  ),
);

export const leafFeature = (name: string): LeafFeature | undefined => leaves.get(name);

/** Names that a search may use as leaves. */
export const leafNames = (): readonly string[] => [...leaves.keys()];

/** What an expression gives; a number may stand for a window or a constant, which its place decides. */
export function kindOf(expression: Expression, place: Kind): Kind {
  const { name } = expression;
  if (name === "") return place;
  if (isPrice(name)) return "price";
  return byName.get(name)?.result ?? "ratio";
}

/** Arguments of commutative operators in order of their texts, so that equal formulas have one text. */
export function canonical(expression: Expression): Expression {
  if (expression.args.length === 0) return expression;
  const args = expression.args.map(canonical);
  const sorted = operatorOf(expression)?.isCommutative
    ? args.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
    : args;
  return call(expression.name, sorted);
}

export function textOf({ name, value, args }: Expression): string {
  if (name === "") return String(value);
  return args.length === 0 ? name : `${name}(${args.map(textOf).join(", ")})`;
}

/** In plain words, for whoever reads the rule. */
export function wordsOf(expression: Expression): string {
  const { name, value, args } = expression;
  if (name === "") return String(value);
  const { words } = operatorOf(expression) ?? { words: `the ${name}` };
  if (args.length === 0) return isPrice(name) ? `the ${name}` : name;
  return words.replace(/\{(\d)\}/g, (_, n: string) => wordsOf(args[Number(n)] as Expression));
}

export const nodesOf = ({ args }: Expression): number => args.reduce((count, arg) => count + nodesOf(arg), 1);

/** 1 for a leaf. Numbers are part of the operator that asks for them. */
export const depthOf = ({ args }: Expression): number =>
  1 + Math.max(0, ...args.filter(({ name }) => name !== "").map(depthOf));

/** Bars of an instrument up to and including the first at which all of it is known. */
export function warmupOf(expression: Expression): number {
  const { name, args } = expression;
  if (name === "") return 1;
  const operator = operatorOf(expression);
  if (operator === undefined) return leaves.get(name)?.ref.feature.warmup ?? 1;
  const window = args[1]?.name === "" ? args[1].value : 1;
  return Math.max(...args.map(warmupOf)) + reach(operator, window) - 1;
}

/** Throws InputError, naming the place, for a text that is no formula of that kind. */
export function parseExpression(text: string, kind: Kind): Expression {
  const words = text.match(/[A-Za-z_][A-Za-z0-9_]*|-?[0-9][0-9.e+-]*|[(),]|\S/g) ?? [];
  let at = 0;
  const refuse = (why: string): never => {
    throw new InputError(`formula "${text.slice(0, 80)}": ${why}`);
  };
  const expect = (word: string) => {
    if (words[at] !== word) refuse(`has ${words[at] ?? "its end"} where ${word} belongs`);
    at += 1;
  };
  const numberIn = (place: Kind, word: string): Expression => {
    const value = Number(word);
    if (!Number.isFinite(value)) refuse(`${word} is no number`);
    if (place === "window" && !(Number.isInteger(value) && value >= 2 && value <= (windows.at(-1) ?? 2)))
      refuse(`a window is of 2 to ${windows.at(-1)} bars, not ${word}`);
    return number(value);
  };
  const read = (place: Kind): Expression => {
    const word = words[at++] ?? "";
    if (place === "window" || place === "constant") return numberIn(place, word);
    const operator = byName.get(word);
    if (operator === undefined) {
      if (!isPrice(word) && !leaves.has(word)) refuse(`${word === "" ? "its end" : word} is not known`);
    }
    const gives = operator?.result ?? (isPrice(word) ? "price" : "ratio");
    if (gives !== place) refuse(`${word} gives a ${gives} where a ${place} belongs`);
    if (operator === undefined) return call(word, []);
    expect("(");
    const args = operator.args.map((each, n) => {
      if (n > 0) expect(",");
      return read(each);
    });
    expect(")");
    return call(word, args);
  };
  const found = read(kind);
  if (at < words.length) refuse(`has ${words[at]} after its end`);
  return found;
}
