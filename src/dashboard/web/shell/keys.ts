/** The keyboard of the whole page; a view's own keys live in the view. */
import { viewOfKey } from "../routes.ts";
import { dialogs } from "../state/dialogs.svelte.ts";
import { route } from "../state/route.svelte.ts";

export const keyList: readonly (readonly [keys: string, what: string])[] = [
  ["1 to 9, 0, -", "the views, in the order of the side bar; - is the key behind 0"],
  ["Ctrl K or Cmd K", "commands"],
  ["/", "the filter of the view"],
  ["Arrows, Enter", "move in a list, open what is selected"],
  ["Escape", "close"],
  ["?", "this list"],
];

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");

/** For `keydown` on the window. */
export function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    dialogs.open({ kind: "palette" });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || dialogs.opened !== null || isWriting(event.target))
    return;
  const view = viewOfKey(event);
  if (view !== undefined) route.go(view.id);
  else if (event.key === "?") dialogs.open({ kind: "keys" });
  else if (event.key === "/") {
    const filter = document.querySelector<HTMLElement>("[data-filter]");
    if (filter === null) return;
    event.preventDefault();
    filter.focus();
  }
}
