/** Every corporate action that the account lived through as a row of numbers: what curves are worked out from later. */
import { RecordTable } from "../domain/record-table.ts";

export const ActionField = {
  at: 0,
  instrument: 1,
  newShares: 2,
  oldShares: 3,
  /** Dollars per share; 0 for a split. */
  perShare: 4,
  /** Dollars that the account got, or has a claim to: dividends and cash for parts of shares; negative when it paid. */
  cash: 5,
  /** Signed shares after it, and the mark they are valued at. */
  shares: 6,
  mark: 7,
} as const;
export type ActionField = (typeof ActionField)[keyof typeof ActionField];

export class ActionTable {
  readonly #table = new RecordTable<ActionField>(Object.keys(ActionField).length);

  get length(): number {
    return this.#table.length;
  }

  get(action: number, field: ActionField): number {
    return this.#table.get(action, field);
  }

  /** Cells in the order of `ActionField`. */
  add(cells: readonly [number, number, number, number, number, number, number, number]): void {
    const at = this.#table.append();
    this.#table.cells.set(cells, at);
  }
}
