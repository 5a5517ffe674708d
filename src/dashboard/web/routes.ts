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
  { id: "risk", title: "Risk", group: 1, load: () => import("./views/risk.svelte") },
];

const first = views[0] as View;

/** Of an address; what is not known shows the first one. */
export const viewOf = (path: string): View => {
  const name = path.split("/")[0];
  return views.find((view) => view.id === name) ?? first;
};
