/**
 * A text that must not reach a log, an error or a file by accident: whatever prints it prints three stars. Only
 * `reveal` gives it away, so that its uses can be found by name.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** The text without this secret, wherever a broker or a library echoed it. */
  redact(text: string): string {
    return this.#text === "" ? text : text.replaceAll(this.#text, "***");
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "***";
  }
}
