/**
 * Puts pictures on a terminal without flicker and gives the terminal back as it was: alternate screen, hidden
 * cursor, no wrapping, and per picture only the lines that changed.
 *
 * A closed or broken stream is no reason to stop trading: nothing here throws, pictures just go nowhere.
 */

/** What is used of a `tty.WriteStream`. */
export interface ScreenStream {
  readonly columns?: number;
  readonly rows?: number;
  readonly isTTY?: boolean;
  write(text: string): boolean;
  on(event: "error" | "close" | "drain", listener: () => void): unknown;
}

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l";
/** Terminals that know it show a picture at once; others ignore it. */
const BEGIN_PICTURE = "\u001b[?2026h";
const END_PICTURE = "\u001b[?2026l";

export class TerminalScreen {
  readonly #stream: ScreenStream;
  #shown: readonly string[] = [];
  #size = "";
  #isOn = false;
  #isBroken = false;
  /** The stream holds more than it wants to: pictures are dropped until it has drained. */
  #isFull = false;

  constructor(stream: ScreenStream) {
    this.#stream = stream;
    // Both stay for good: an error without a listener would end the whole program, even after `stop`.
    const broken = () => {
      this.#isBroken = true;
    };
    stream.on("error", broken);
    stream.on("close", broken);
    stream.on("drain", () => {
      this.#isFull = false;
    });
  }

  /** Size of the terminal; 80 x 24 when the stream does not say. */
  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 };
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#shown = [];
    this.#size = "";
    this.#write(ENTER);
  }

  /** Shows the lines from the top; each must be as wide as the terminal. Does nothing unless started. */
  draw(lines: readonly string[]): void {
    if (!this.#isOn || this.#isFull) return;
    const { columns, rows } = this.size;
    const size = `${columns} ${rows} ${lines.length}`;
    const isNew = size !== this.#size;
    const changed = lines
      .map((line, i) => (isNew || line !== this.#shown[i] ? `\u001b[${i + 1};1H${line}` : ""))
      .join("");
    if (changed === "") return;
    this.#write(`${BEGIN_PICTURE}${isNew ? "\u001b[2J" : ""}${changed}${END_PICTURE}`);
    this.#shown = [...lines];
    this.#size = size;
  }

  /** Gives the terminal back. Safe to call twice, and after the stream has gone. */
  stop(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#write(LEAVE);
  }

  #write(text: string): void {
    if (this.#isBroken) return;
    try {
      this.#isFull = !this.#stream.write(text);
    } catch {
      this.#isBroken = true;
    }
  }
}

/** What a terminal can show, from its stream and the environment (no-color.org; the locale's character set). */
export function terminalAbilities(
  { isTTY }: Pick<ScreenStream, "isTTY">,
  env: Readonly<Record<string, string | undefined>>,
): { readonly isTerminal: boolean; readonly colour: boolean; readonly unicode: boolean } {
  const isTerminal = isTTY === true && env.TERM !== "dumb";
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return {
    isTerminal,
    colour: isTerminal && !env.NO_COLOR,
    // Windows Terminal sets no locale and shows everything.
    unicode: /utf-?8/i.test(locale) || env.WT_SESSION !== undefined,
  };
}
