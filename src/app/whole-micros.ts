/** Sums of doubles end in noise: a millionth is as fine as the ledger itself, and the same sum is the same text. */
import { MICROS } from "../domain/money.ts";
import type { RunCosts } from "./run-result.ts";

/** Dollars to the nearest millionth. */
export const wholeMicros = (dollars: number): number => Math.round(dollars * MICROS) / MICROS;

/** All that a run paid, dollars: the one sum that verdict, panels and terminal show. */
export const paidIn = ({ commission, fees, slippage, borrow }: RunCosts): number =>
  wholeMicros(commission + fees + slippage + borrow);
