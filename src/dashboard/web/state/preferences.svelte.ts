/** How the page looks to this person: kept in this browser only. */

export type Theme = "dark" | "light" | "auto";
export type MoneyColours = "std" | "bo";

const place = "plimsoll.page";

interface Kept {
  readonly theme: Theme;
  readonly pnl: MoneyColours;
}

/** What the browser kept, or the defaults: a wrong word in it is not an error. */
export function readKept(text: string | null): Kept {
  let found: Partial<Record<keyof Kept, unknown>> = {};
  try {
    found = (JSON.parse(text ?? "{}") ?? {}) as typeof found;
  } catch {
    // Written by something else: the defaults hold.
  }
  const { theme, pnl } = found;
  return {
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    pnl: pnl === "bo" ? "bo" : "std",
  };
}

class Preferences {
  theme = $state<Theme>("auto");
  pnl = $state<MoneyColours>("std");
  #prefersLight = $state(false);
  /** What is on the screen; charts redraw when it changes. */
  readonly shown = $derived(this.theme === "auto" ? (this.#prefersLight ? "light" : "dark") : this.theme);
  readonly key = $derived(`${this.shown} ${this.pnl}`);

  /** Before the first drawing, so that the page does not change colour in front of the eyes. */
  load(): void {
    const kept = readKept(storage()?.getItem(place) ?? null);
    this.theme = kept.theme;
    this.pnl = kept.pnl;
    const query = matchMedia("(prefers-color-scheme: light)");
    this.#prefersLight = query.matches;
    query.addEventListener("change", () => {
      this.#prefersLight = query.matches;
      this.#apply();
    });
    this.#apply();
  }

  choose(chosen: Partial<Kept>): void {
    this.theme = chosen.theme ?? this.theme;
    this.pnl = chosen.pnl ?? this.pnl;
    const kept: Kept = { theme: this.theme, pnl: this.pnl };
    storage()?.setItem(place, JSON.stringify(kept));
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset["theme"] = this.shown;
    document.documentElement.dataset["pnl"] = this.pnl;
  }
}

/** Null where the browser keeps nothing for this page. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export const preferences = new Preferences();
