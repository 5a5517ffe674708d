/**
 * Refusals of the trainers' and statistics' inputs: one line that names the key, what was given and what is allowed.
 */
import { InputError } from "../domain/assert.ts";

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** `value` back, when it is whole and from `from` to `to`, both allowed. Throws InputError otherwise. */
export function wholeWithin(key: string, value: number, { from, to }: Range): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new InputError(`${key} ${value} is not a whole number ${spoken({ from, to })}`);
}

/** `value` back, when it is a number from `from` to `to`, both allowed. NaN is refused with InputError. */
export function numberWithin(key: string, value: number, { from, to }: Range): number {
  if (value >= from && value <= to) return value;
  throw new InputError(`${key} ${value} is not a number ${spoken({ from, to })}`);
}

/** Throws InputError when two columns that belong together differ in length. */
export function sameLength(key: string, length: number, other: string, expected: number): void {
  if (length === expected) return;
  throw new InputError(
    `${key} has ${length} values and ${other} ${expected}; they belong together row by row`,
  );
}

const spoken = ({ from, to }: Range): string =>
  to === Infinity ? `from ${from} up` : `from ${from} to ${to}`;
