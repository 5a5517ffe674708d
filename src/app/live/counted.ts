/** Counts under names, for figures that are read now and then: a name that is known costs one look-up. */
export class Counted {
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  /** Names beyond so many are counted together as `other`: they come from texts of others. */
  constructor(known: readonly string[] = [], most = 64) {
    this.#most = most;
    for (const name of known) this.#counts.set(name, 0);
  }

  add(name: string, times = 1): void {
    const count = this.#counts.get(name);
    if (count !== undefined) this.#counts.set(name, count + times);
    else if (this.#counts.size < this.#most) this.#counts.set(name, times);
    else this.#counts.set("other", (this.#counts.get("other") ?? 0) + times);
  }

  rows(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts];
  }
}
