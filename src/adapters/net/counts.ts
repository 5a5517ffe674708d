/** What happened that nobody was told of one by one: frames skipped, words unknown, retries. Names are fixed texts. */
export class Counts {
  readonly #byName = new Map<string, number>();

  add(name: string): void {
    this.#byName.set(name, this.of(name) + 1);
  }

  of(name: string): number {
    return this.#byName.get(name) ?? 0;
  }

  /** In order of first occurrence. */
  entries(): readonly (readonly [name: string, count: number])[] {
    return [...this.#byName];
  }
}
