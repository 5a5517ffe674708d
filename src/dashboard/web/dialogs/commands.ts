/** What the palette offers: views to open and acts to begin, each act with the effort that it takes. */
import type { Picture } from "../../contract/picture.ts";
import { keyOfView, views } from "../routes.ts";
import type { Opened } from "../state/dialogs.svelte.ts";

export interface Command {
  readonly name: string;
  readonly effort: string;
  readonly does:
    | { readonly kind: "open"; readonly dialog: Opened }
    | { readonly kind: "go"; readonly path: string };
}

export const tightens = "tightens, one step";
export const loosens = "loosens, needs a reason";

export interface StrategyState {
  readonly id: string;
  readonly isEnabled: boolean;
}

export function commandsFor(
  picture: Picture | null,
  strategies: readonly StrategyState[],
): readonly Command[] {
  const open = (name: string, effort: string, dialog: Opened): Command => ({
    name,
    effort,
    does: { kind: "open", dialog },
  });
  const isHeld = picture?.permission.claims.some(
    (claim) => claim.liftedBy === "operator" && claim.scope === null,
  );
  return [
    open("Pause entries, whole account", tightens, { kind: "pause" }),
    open("Halt trading…", tightens, { kind: "halt" }),
    open("Flatten everything…", tightens, { kind: "halt", preselected: "flatten" }),
    ...(isHeld ? [open("Resume trading…", loosens, { kind: "resume" })] : []),
    ...(picture?.positions ?? [])
      .map(({ symbol }) => symbol)
      .filter((symbol, place, all) => all.indexOf(symbol) === place)
      .map((symbol) => open(`Close ${symbol}…`, tightens, { kind: "close", symbol })),
    ...strategies.map(({ id, isEnabled }) =>
      isEnabled
        ? open(`Disable strategy ${id}…`, tightens, { kind: "disable", strategy: id })
        : open(`Enable strategy ${id}…`, loosens, { kind: "enable", strategy: id }),
    ),
    open("Tighten a limit for a while…", tightens, { kind: "override" }),
    ...views.map(
      (view, place): Command => ({
        name: `Open ${view.title}`,
        effort: `key ${keyOfView(place)}`,
        does: { kind: "go", path: view.id },
      }),
    ),
    open("Settings: theme, colours of profit and loss", "this browser", { kind: "settings" }),
    open("Keys", "?", { kind: "keys" }),
  ];
}

/** Those that hold all the words typed, in any order; names that begin with the text first. */
export function found(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (command: Command) => command.name.toLowerCase().startsWith(typed.trim().toLowerCase());
  return commands
    .filter((command) => words.every((word) => command.name.toLowerCase().includes(word)))
    .toSorted((a, b) => Number(begins(b)) - Number(begins(a)));
}
