/**
 * The views, one line each, in the order of the side bar; the digit keys follow that order. A view is loaded when it is
 * first opened.
 */
import type { Component } from "svelte";

export interface View {
  readonly id: string;
  readonly title: string;
  /** Views of one group stand together in the side bar. */
  readonly group: 1 | 2 | 3;
  readonly load: () => Promise<{ default: Component }>;
}

export const views: readonly View[] = [
  { id: "overview", title: "Overview", group: 1, load: () => import("./views/overview.svelte") },
  { id: "orders", title: "Orders", group: 1, load: () => import("./views/orders.svelte") },
  { id: "risk", title: "Risk", group: 1, load: () => import("./views/risk.svelte") },
  { id: "why", title: "Why", group: 1, load: () => import("./views/why.svelte") },
  { id: "signals", title: "Signals", group: 2, load: () => import("./views/signals.svelte") },
  { id: "strategies", title: "Strategies", group: 2, load: () => import("./views/strategies.svelte") },
  { id: "research", title: "Research", group: 2, load: () => import("./views/research.svelte") },
  { id: "backtests", title: "Backtests", group: 2, load: () => import("./views/backtests.svelte") },
  { id: "health", title: "System health", group: 3, load: () => import("./views/health.svelte") },
  { id: "jobs", title: "Jobs", group: 3, load: () => import("./views/jobs.svelte") },
  { id: "audit", title: "Audit", group: 3, load: () => import("./views/audit.svelte") },
];

/** Their keys, in the same order: the row of digits, and the key behind its 0, whatever a keyboard prints on it. */
const keyRow: readonly string[] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-"];

/** What the n-th view's key is called; empty: it has none. */
export const keyOfView = (place: number): string => keyRow[place] ?? "";

/** The view of a key that was pressed. */
export function viewOfKey({ key, code }: Pick<KeyboardEvent, "key" | "code">): View | undefined {
  const name = code === "Minus" ? "-" : key;
  return views[keyRow.indexOf(name)];
}

const first = views[0] as View;

/** Of an address; what is not known shows the first one. */
export const viewOf = (path: string): View => {
  const name = path.split("/")[0];
  return views.find((view) => view.id === name) ?? first;
};
