/**
 * A trading rule written as three formulas, as a feature: 1 or 0 for entry and exit, a share of the slot for the size.
 * A search over such rules and the strategy that trades one of them read the same operators (QUANT n).
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { Feature, FeatureSnapshot, FeatureState, FeatureWorld } from "../feature.ts";
import { loadColumns, saveColumns, stateColumns } from "../per-instrument-columns.ts";
import {
  type Expression,
  isPrice,
  leafFeature,
  operatorOf,
  type PriceName,
  parseExpression,
  textOf,
  warmupOf,
} from "./expression.ts";
import { crossed, type Operator, reach } from "./operators.ts";

/** Texts of the three formulas: two of kind `bool`, one of kind `ratio`. */
export interface FormulaRule {
  readonly entry: string;
  readonly exit: string;
  /** Share of a position's slot: more than 1 is 1, less than 0.1 and what is no number is no position. */
  readonly size: string;
}

export interface ParsedRule {
  readonly entry: Expression;
  readonly exit: Expression;
  readonly size: Expression;
}

/** Throws InputError for a text that is no formula of its kind. */
export const parseRule = ({ entry, exit, size }: FormulaRule): ParsedRule => ({
  entry: parseExpression(entry, "bool"),
  exit: parseExpression(exit, "bool"),
  size: parseExpression(size, "ratio"),
});

export const ruleWarmup = ({ entry, exit, size }: ParsedRule): number =>
  Math.max(warmupOf(entry), warmupOf(exit), warmupOf(size));

/** Less of a slot is not worth an order. */
const LEAST_SIZE = 0.1;

/** A size as it is traded: nothing, or 0.1 to 1. */
export const heldSize = (size: number): number => (size >= LEAST_SIZE ? Math.min(1, size) : 0);

/** Outputs `entry`, `exit` and `size`. Throws InputError for a text that is no formula. */
export function formula(rule: FormulaRule): Feature {
  const parsed = parseRule(rule);
  const warmup = ruleWarmup(parsed);
  const key = [parsed.entry, parsed.exit, parsed.size].map(textOf).join(" | ");
  return {
    key: `formula(${key})`,
    name: "formula",
    family: "technical",
    inputs: ["open", "high", "low", "close", "volume"],
    params: {},
    outputs: ["entry", "exit", "size"],
    units: ["ratio", "ratio", "ratio"],
    warmup,
    reference: "QUANT n",
    peers: "all",
    start: (world) => new RunningRule(parsed, warmup, world),
  };
}

/** One node at work: where its value stands, and what it remembers per instrument. */
interface Step {
  readonly operator: Operator;
  readonly value: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** A window is kept twice, one behind the other, so that it always lies in one piece. */
  readonly ring: Float64Array;
  readonly slot: Float64Array;
  readonly bars: number;
}

interface Price {
  readonly name: PriceName;
  readonly value: Float64Array;
}

interface Read {
  readonly from: Float64Array;
  readonly scale: number;
  readonly value: Float64Array;
}

const CHILD = "leaf.";

class RunningRule implements FeatureState {
  readonly outputs: readonly Float64Array[];
  readonly #instruments: number;
  readonly #warmup: number;
  readonly #columns = new Map<string, Float64Array>();
  readonly #prices: Price[] = [];
  readonly #reads: Read[] = [];
  readonly #steps: Step[] = [];
  readonly #children = new Map<string, FeatureState>();
  readonly #memory: Record<string, Float64Array> = {};
  readonly #roots: readonly Float64Array[];

  constructor({ entry, exit, size }: ParsedRule, warmup: number, world: FeatureWorld) {
    this.#instruments = world.instruments;
    this.#warmup = warmup;
    this.#roots = [entry, exit, size].map((root) => this.#place(root, world));
    const state = stateColumns(world.instruments, { entry: 1, exit: 1, size: 1, bars: 1 });
    for (const name of ["entry", "exit", "size"] as const) state[name].fill(Number.NaN);
    Object.assign(this.#memory, state);
    this.outputs = [state.entry, state.exit, state.size];
  }

  /** The column of a node; equal nodes share one. */
  #place(node: Expression, world: FeatureWorld): Float64Array {
    const text = textOf(node);
    const known = this.#columns.get(text);
    if (known !== undefined) return known;
    const value = this.#kept(text, 1).fill(node.name === "" ? node.value : Number.NaN);
    this.#columns.set(text, value);
    const operator = operatorOf(node);
    if (isPrice(node.name)) this.#prices.push({ name: node.name, value });
    else if (operator !== undefined) this.#steps.push(this.#stepOf(node, operator, value, world));
    else if (node.name !== "") this.#reads.push(this.#readOf(node.name, value, world));
    return value;
  }

  #stepOf(node: Expression, operator: Operator, value: Float64Array, world: FeatureWorld): Step {
    const [a = value, b = a] = node.args.map((arg) => this.#place(arg, world));
    const { kind } = operator.work;
    const bars = kind === "point" ? 0 : reach(operator, kind === "window" ? (node.args[1]?.value ?? 2) : 1);
    const ring = this.#kept(`${textOf(node)}.ring`, 2 * bars).fill(Number.NaN);
    return { operator, value, a, b, bars, ring, slot: this.#kept(`${textOf(node)}.slot`, 1) };
  }

  #readOf(name: string, value: Float64Array, world: FeatureWorld): Read {
    const { ref, scale } = leafFeature(name)!;
    const { key } = ref.feature;
    const state = this.#children.get(key) ?? ref.feature.start(world);
    this.#children.set(key, state);
    return { from: state.outputs[ref.output]!, scale, value };
  }

  #kept(name: string, width: number): Float64Array {
    const column = new Float64Array(this.#instruments * width);
    this.#memory[name] = column;
    return column;
  }

  update(batch: BarBatch): void {
    const { columns, from, to } = batch;
    const { instrument } = columns;
    for (const child of this.#children.values()) child.update(batch);
    for (const { name, value } of this.#prices)
      for (let row = from; row < to; row++) value[instrument[row]!] = columns[name][row]!;
    for (const { from: source, scale, value } of this.#reads)
      for (let row = from; row < to; row++) value[instrument[row]!] = source[instrument[row]!]! * scale;
    for (const step of this.#steps) for (let row = from; row < to; row++) advance(step, instrument[row]!);
    const [entry, exit, size] = this.outputs as readonly [Float64Array, Float64Array, Float64Array];
    const [wantsIn, wantsOut, share] = this.#roots as readonly [Float64Array, Float64Array, Float64Array];
    const bars = this.#memory.bars!;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      bars[i] = bars[i]! + 1;
      if (bars[i]! < this.#warmup) continue;
      entry[i] = wantsIn[i]!;
      exit[i] = wantsOut[i]!;
      size[i] = heldSize(share[i]!);
    }
  }

  save(): FeatureSnapshot {
    const children = [...this.#children].flatMap(([key, child]) =>
      Object.entries(child.save()).map(([name, column]) => [`${CHILD}${key}.${name}`, column] as const),
    );
    return { ...saveColumns(this.#memory), ...Object.fromEntries(children) };
  }

  load(snapshot: FeatureSnapshot): void {
    const own = Object.entries(snapshot).filter(([name]) => !name.startsWith(CHILD));
    loadColumns(this.#memory, Object.fromEntries(own));
    for (const [key, child] of this.#children) {
      const mark = `${CHILD}${key}.`;
      const its = Object.entries(snapshot).filter(([name]) => name.startsWith(mark));
      child.load(Object.fromEntries(its.map(([name, column]) => [name.slice(mark.length), column])));
    }
  }
}

function advance({ operator, value, a, b, ring, slot, bars }: Step, i: number): void {
  const { work } = operator;
  if (work.kind === "point") {
    value[i] = work.of(a[i]!, b[i]!);
    return;
  }
  const base = 2 * bars * i;
  if (work.kind === "cross") {
    value[i] = crossed(a[i]!, b[i]!, ring[base]!, ring[base + 1]!);
    ring[base] = a[i]!;
    ring[base + 1] = b[i]!;
    return;
  }
  const at = slot[i]!;
  ring[base + at] = a[i]!;
  ring[base + bars + at] = a[i]!;
  slot[i] = at + 1 === bars ? 0 : at + 1;
  value[i] = work.over(ring, base + at + 1, base + at + 1 + bars);
}
