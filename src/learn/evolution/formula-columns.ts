/**
 * Formulas over a panel, each node one pass over all rows. Columns of nodes are kept while there is room, because the
 * trees of a population are mostly made of the same branches. What is kept changes no value.
 */
import { InvariantError } from "../../domain/assert.ts";
import { type Expression, isPrice, operatorOf, textOf } from "../../features/formula/expression.ts";
import { crossed, type Operator, reach } from "../../features/formula/operators.ts";
import type { Panel } from "./panel.ts";

interface Kept {
  readonly column: Float64Array;
  /** When it was last asked for. */
  used: number;
}

export class FormulaColumns {
  readonly #panel: Panel;
  readonly #most: number;
  readonly #kept = new Map<string, Kept>();
  readonly #free: Float64Array[] = [];
  #turn = 0;

  /** `bytes`: room for columns between formulas. */
  constructor(panel: Panel, bytes: number) {
    this.#panel = panel;
    this.#most = Math.max(8, Math.floor(bytes / (8 * Math.max(1, panel.rows))));
  }

  /** Values per row, NaN where not known. They are the caller's until `rest` is called. */
  of(expression: Expression): Float64Array {
    const { name } = expression;
    if (isPrice(name)) return this.#panel.price[name];
    const operator = operatorOf(expression);
    if (operator === undefined) return this.#leaf(expression);
    const text = textOf(expression);
    const kept = this.#kept.get(text);
    if (kept !== undefined) {
      kept.used = ++this.#turn;
      return kept.column;
    }
    const column = this.#worked(expression, operator);
    this.#kept.set(text, { column, used: ++this.#turn });
    return column;
  }

  /** Gives room back: the columns longest not asked for go first. */
  rest(): void {
    if (this.#kept.size <= this.#most) return;
    const oldest = [...this.#kept].sort(([, a], [, b]) => a.used - b.used);
    for (const [text, { column }] of oldest.slice(0, this.#kept.size - Math.floor(this.#most / 2))) {
      this.#kept.delete(text);
      if (this.#free.length < this.#most) this.#free.push(column);
    }
  }

  #leaf({ name, value }: Expression): Float64Array {
    if (name === "") return this.#blank().fill(value);
    const leaf = this.#panel.leaves.get(name);
    if (leaf === undefined) throw new InvariantError(`DI-1: ${name} is not in the panel`);
    return leaf;
  }

  #blank(): Float64Array {
    return this.#free.pop() ?? new Float64Array(this.#panel.rows);
  }

  #worked(expression: Expression, operator: Operator): Float64Array {
    const [first, second] = expression.args as readonly [Expression, Expression?];
    const { work } = operator;
    const out = this.#blank();
    if (work.kind === "window") {
      over(work.over, this.of(first), reach(operator, second?.value ?? 2), this.#panel.starts, out);
      return out;
    }
    if (first.name === "") return out.fill(first.value);
    const a = this.of(first);
    if (work.kind === "point" && (second === undefined || second.name === "")) {
      const value = second?.value ?? 0;
      for (let row = 0; row < out.length; row++) out[row] = work.of(a[row]!, value);
      return out;
    }
    const b = this.of(second as Expression);
    if (work.kind === "cross") crossing(a, b, this.#panel.starts, out);
    else for (let row = 0; row < out.length; row++) out[row] = work.of(a[row]!, b[row]!);
    return out;
  }
}

type Over = (x: Float64Array, from: number, to: number) => number;

function over(take: Over, x: Float64Array, bars: number, starts: Uint32Array, out: Float64Array): void {
  for (let i = 0; i + 1 < starts.length; i++) {
    const [first, end] = [starts[i]!, starts[i + 1]!];
    const warm = Math.min(end, first + bars - 1);
    out.fill(Number.NaN, first, warm);
    for (let row = warm; row < end; row++) out[row] = take(x, row - bars + 1, row + 1);
  }
}

function crossing(a: Float64Array, b: Float64Array, starts: Uint32Array, out: Float64Array): void {
  for (let i = 0; i + 1 < starts.length; i++) {
    const [first, end] = [starts[i]!, starts[i + 1]!];
    if (first < end) out[first] = 0;
    for (let row = first + 1; row < end; row++)
      out[row] = crossed(a[row]!, b[row]!, a[row - 1]!, b[row - 1]!);
  }
}
