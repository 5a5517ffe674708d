/** A journal that keeps nothing: for runs whose inputs can be read again, as a backtest's snapshot can. */
import type { Journal } from "./ports.ts";

export const nullJournal: Journal = {
  event: () => undefined,
  command: () => undefined,
  commit: () => undefined,
};
