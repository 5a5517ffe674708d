/** Text that comes in pieces, as lines. A line without an end is cut: what a child writes must not fill our memory. */

/** Characters of the longest line that is kept whole. */
export const LINE_MAX = 65_536;

export class LineSplitter {
  readonly #take: (line: string) => void;
  #rest = "";

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#give(line);
    while (this.#rest.length > LINE_MAX) {
      this.#take(this.#rest.slice(0, LINE_MAX));
      this.#rest = this.#rest.slice(LINE_MAX);
    }
  }

  /** What stands behind the last end of a line is one, too. */
  end(): void {
    if (this.#rest !== "") this.#give(this.#rest);
    this.#rest = "";
  }

  #give(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (text !== "") this.#take(text);
  }
}
