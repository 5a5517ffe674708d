/**
 * Trees whose every question is one comparison, laid out so that no step has to guess: a processor that takes a wrong
 * turn at every second node loses more time than all the rest takes.
 *
 * A node goes to its first child, or to the one after it where value > cut. Missing values answer every comparison
 * with no, so a node that sends them right asks for the value with its sign turned: v <= t is -v >= -t, and what is
 * at least -t is above the number before it. One row goes through four trees at once; many rows are parted from node
 * to node, as training parts them. Trees with categories, or with zeros that are missing, are not steady.
 */
import { cutOf, sideApart } from "./node-side.ts";
import { type TreeEnsembleData, treeCount } from "./tree-ensemble-data.ts";

/** A row, or rows one after another. */
export type Rows = Float64Array | Float32Array;

/** Trees that one row walks at once. */
export const ABREAST = 4;
/** Rows that go through one tree before the next, at most; and the bytes that their values may take. */
const BLOCK = 512;
const BLOCK_BYTES = 1 << 18;
const BLOCK_LEAST = 32;

export class SteadyTrees {
  /** Rows that `takeRows` takes at once, at most. */
  readonly block: number;
  /** By tree its root; -1 where it is not steady. */
  readonly #start: Int32Array;
  /** By tree how many from it on are steady. */
  readonly #steadyFrom: Int32Array;
  /** What is asked, each once: a feature, or ~feature for its value with the sign turned. */
  readonly #asked: Int32Array;
  readonly #isSingle: boolean;
  /** By node: what it asks, by place in #asked; the cut; its first child, itself in a leaf; what a leaf adds. */
  readonly #column: Int32Array;
  readonly #cut: Float64Array;
  readonly #child: Int32Array;
  readonly #output: Float64Array;
  /** Of one row: what is asked. */
  readonly #values: Float64Array;
  /** Of a block of rows: what is asked, column by column, `block` each. Made when first needed. */
  #columns: Float64Array | undefined;
  readonly #rows: Int32Array;
  readonly #right: Int32Array;
  /** Nodes that wait, each with where its rows begin and end: three words each. */
  readonly #waiting: Int32Array;

  /** `outputs`: what each leaf adds. */
  constructor(data: TreeEnsembleData, outputs: Float64Array) {
    const trees = treeCount(data);
    this.#isSingle = data.comparison === "float32-below";
    this.#start = new Int32Array(trees).fill(-1);
    const nodes = data.feature.length;
    this.#column = new Int32Array(nodes);
    // Nothing is above infinity: a leaf leads to itself.
    this.#cut = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
    this.#child = new Int32Array(nodes);
    this.#output = new Float64Array(nodes);
    const asked = new Map<number, number>();
    let most = 0;
    for (let tree = 0; tree < trees; tree++) {
      const [from, to] = [data.roots[tree]!, data.roots[tree + 1]!];
      if (!isSteady(data, from, to)) continue;
      this.#start[tree] = from;
      this.#layOut(data, outputs, from, asked);
      most = Math.max(most, to - from);
    }
    this.#steadyFrom = new Int32Array(trees + 1);
    for (let tree = trees - 1; tree >= 0; tree--) {
      this.#steadyFrom[tree] = this.has(tree) ? this.#steadyFrom[tree + 1]! + 1 : 0;
    }
    this.#asked = Int32Array.from(asked.keys());
    this.#values = new Float64Array(Math.max(1, asked.size));
    const fitting = Math.floor(BLOCK_BYTES / (8 * this.#values.length));
    this.block = Math.min(BLOCK, Math.max(BLOCK_LEAST, fitting));
    this.#rows = new Int32Array(this.block);
    this.#right = new Int32Array(this.block);
    this.#waiting = new Int32Array(3 * most + 3);
  }

  has(tree: number): boolean {
    return this.#start[tree]! >= 0;
  }

  /** Whether ABREAST trees from `tree` are there and steady. */
  hasAbreast(tree: number): boolean {
    return this.#steadyFrom[tree]! >= ABREAST;
  }

  /** The row that addAbreast walks. */
  takeRow(row: Rows, offset: number): void {
    const asked = this.#asked;
    const values = this.#values;
    for (let k = 0; k < asked.length; k++) {
      const feature = asked[k]!;
      const value = feature >= 0 ? row[offset + feature]! : -row[offset + ~feature]!;
      values[k] = this.#isSingle ? Math.fround(value) : value;
    }
  }

  /** `sum` and what ABREAST trees from `tree` add for the row, in their order. */
  addAbreast(sum: number, tree: number): number {
    const start = this.#start;
    const column = this.#column;
    const cut = this.#cut;
    const child = this.#child;
    const values = this.#values;
    let first = start[tree]!;
    let second = start[tree + 1]!;
    let third = start[tree + 2]!;
    let fourth = start[tree + 3]!;
    for (;;) {
      const a = first;
      const b = second;
      const c = third;
      const d = fourth;
      first = child[a]! + +(values[column[a]!]! > cut[a]!);
      second = child[b]! + +(values[column[b]!]! > cut[b]!);
      third = child[c]! + +(values[column[c]!]! > cut[c]!);
      fourth = child[d]! + +(values[column[d]!]! > cut[d]!);
      // All four are in leaves, which lead to themselves.
      if (((first ^ a) | (second ^ b) | (third ^ c) | (fourth ^ d)) === 0) break;
    }
    const output = this.#output;
    if (!this.#isSingle) return sum + output[first]! + output[second]! + output[third]! + output[fourth]!;
    const half = Math.fround(Math.fround(sum + output[first]!) + output[second]!);
    return Math.fround(Math.fround(half + output[third]!) + output[fourth]!);
  }

  /** The rows that addTree parts: `count` of them, at most `block`, `width` values each from `offset`. */
  takeRows(rows: Rows, offset: number, width: number, count: number): void {
    const columns = this.#blockColumns();
    this.#asked.forEach((asked, k) => {
      const feature = asked >= 0 ? asked : ~asked;
      const into = k * this.block;
      fillColumn(columns, into, count, rows, offset + feature, width, asked >= 0 ? 1 : -1);
      if (this.#isSingle) roundColumn(columns, into, count);
    });
  }

  /** The same of rows `offset` on that stand in columns. */
  takeColumns(given: readonly Rows[], offset: number, count: number): void {
    const columns = this.#blockColumns();
    this.#asked.forEach((asked, k) => {
      const column = given[asked >= 0 ? asked : ~asked]!;
      const into = k * this.block;
      fillColumn(columns, into, count, column, offset, 1, asked >= 0 ? 1 : -1);
      if (this.#isSingle) roundColumn(columns, into, count);
    });
  }

  /** Adds to out[from..from + count) what a steady tree gives for each of the rows taken. */
  addTree(tree: number, out: Float64Array, from: number, count: number): void {
    const rows = this.#rows;
    const waiting = this.#waiting;
    const child = this.#child;
    for (let k = 0; k < count; k++) rows[k] = k;
    waiting[0] = this.#start[tree]!;
    waiting[1] = 0;
    waiting[2] = count;
    for (let top = 0; top >= 0; ) {
      const node = waiting[top]!;
      const first = waiting[top + 1]!;
      const last = waiting[top + 2]!;
      const next = child[node]!;
      if (next === node) {
        this.#addLeaf(this.#output[node]!, out, from, first, last);
        top -= 3;
        continue;
      }
      const middle = this.#part(this.#column[node]! * this.block, this.#cut[node]!, first, last);
      if (middle < last) {
        waiting[top] = next + 1;
        waiting[top + 1] = middle;
        waiting[top + 2] = last;
        top += 3;
      }
      waiting[top] = next;
      waiting[top + 1] = first;
      waiting[top + 2] = middle;
      if (middle === first) top -= 3;
    }
  }

  /** Parts rows[first..last) by one column: those above the cut come after the others. Returns where they begin. */
  #part(column: number, cut: number, first: number, last: number): number {
    const rows = this.#rows;
    const right = this.#right;
    const columns = this.#columns!;
    let stay = first;
    let go = 0;
    for (let k = first; k < last; k++) {
      const row = rows[k]!;
      const isAbove = +(columns[column + row]! > cut);
      // Both places are written and one is kept.
      right[go] = row;
      rows[stay] = row;
      go += isAbove;
      stay += 1 - isAbove;
    }
    for (let k = 0; k < go; k++) rows[stay + k] = right[k]!;
    return stay;
  }

  #addLeaf(output: number, out: Float64Array, from: number, first: number, last: number): void {
    const rows = this.#rows;
    if (this.#isSingle) {
      for (let k = first; k < last; k++) {
        const at = from + rows[k]!;
        out[at] = Math.fround(out[at]! + output);
      }
    } else {
      for (let k = first; k < last; k++) {
        const at = from + rows[k]!;
        out[at] = out[at]! + output;
      }
    }
  }

  /** Nodes of one tree, both children of a node side by side. */
  #layOut(data: TreeEnsembleData, outputs: Float64Array, root: number, asked: Map<number, number>): void {
    const given = [root];
    for (let k = 0; k < given.length; k++) {
      const node = given[k]!;
      const at = root + k;
      const feature = data.feature[node]!;
      this.#child[at] = feature < 0 ? at : root + given.length;
      if (feature < 0) {
        this.#output[at] = outputs[node]!;
        continue;
      }
      const missingLeft = sideApart(data, node, Number.NaN) === 0;
      const cut = cutOf(data, node);
      this.#cut[at] = missingLeft ? cut : numberBefore(-cut);
      const question = missingLeft ? feature : ~feature;
      if (!asked.has(question)) asked.set(question, asked.size);
      this.#column[at] = asked.get(question)!;
      const [left, right] = [data.left[node]!, data.right[node]!];
      given.push(missingLeft ? left : right, missingLeft ? right : left);
    }
  }

  #blockColumns(): Float64Array {
    this.#columns ??= new Float64Array(this.block * this.#values.length);
    return this.#columns;
  }
}

/** A comparison decides at every node; and where missing values go right, there is a number below the turned cut. */
function isSteady(data: TreeEnsembleData, from: number, to: number): boolean {
  for (let node = from; node < to; node++) {
    if (data.feature[node]! < 0) continue;
    const cut = cutOf(data, node);
    if (Number.isNaN(cut) || cut === Number.POSITIVE_INFINITY) return false;
  }
  return true;
}

/** The largest float64 below a float64 that is not -Infinity. */
function numberBefore(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const float = new Float64Array([value]);
  const bits = new BigInt64Array(float.buffer);
  bits[0] = bits[0]! + (value > 0 ? -1n : 1n);
  return float[0]!;
}

function fillColumn(
  columns: Float64Array,
  into: number,
  count: number,
  from: Rows,
  offset: number,
  stride: number,
  sign: 1 | -1,
): void {
  for (let k = 0; k < count; k++) columns[into + k] = sign * from[offset + k * stride]!;
}

function roundColumn(columns: Float64Array, from: number, count: number): void {
  for (let k = from; k < from + count; k++) columns[k] = Math.fround(columns[k]!);
}
