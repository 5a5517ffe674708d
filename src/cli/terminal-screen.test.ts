/** Goal: pictures reach the terminal without flicker, and the terminal comes back as it was, whatever happens. */
import { describe, expect, it } from "vitest";
import { type ScreenStream, TerminalScreen, terminalAbilities } from "./terminal-screen.ts";

const ESC = String.fromCharCode(27);

function recorder({ columns = 10, rows = 3 } = {}) {
  const written: string[] = [];
  const listeners = new Map<string, () => void>();
  const stream = {
    columns,
    rows,
    accepts: true,
    breaks: false,
    write(text: string): boolean {
      if (stream.breaks) throw new Error("write EPIPE");
      written.push(text);
      return stream.accepts;
    },
    on: (event: string, listener: () => void) => listeners.set(event, listener),
  };
  const screen = new TerminalScreen(stream satisfies ScreenStream);
  return { stream, screen, written, emit: (event: string) => listeners.get(event)?.() };
}

describe("TerminalScreen", () => {
  it("enters the alternate screen, hides the cursor, and undoes both once", () => {
    const { screen, written } = recorder();
    screen.start();
    screen.start();
    screen.stop();
    screen.stop();
    expect(written.length).toBe(2);
    expect(written[0]).toContain(`${ESC}[?1049h${ESC}[?25l`);
    expect(written[1]).toBe(`${ESC}[0m${ESC}[?7h${ESC}[?25h${ESC}[?1049l`);
  });

  it("writes only the lines that changed, and nothing when none did", () => {
    const { screen, written } = recorder();
    screen.start();
    screen.draw(["one", "two", "six"]);
    screen.draw(["one", "ten", "six"]);
    screen.draw(["one", "ten", "six"]);
    expect(written.length).toBe(3);
    expect(written[2]).toBe(`${ESC}[?2026h${ESC}[2;1Hten${ESC}[?2026l`);
    expect(written.join("")).not.toContain("\n");
  });

  it("clears and draws everything after the terminal changed its size", () => {
    const { screen, stream, written } = recorder();
    screen.start();
    screen.draw(["one", "two"]);
    stream.columns = 20;
    screen.draw(["one", "two"]);
    expect(written.at(-1)).toContain(`${ESC}[2J${ESC}[1;1Hone${ESC}[2;1Htwo`);
  });

  it("drops pictures while the stream is full, and draws again when it has drained", () => {
    const { screen, stream, written, emit } = recorder();
    screen.start();
    stream.accepts = false;
    screen.draw(["one"]);
    screen.draw(["two"]);
    expect(written.length).toBe(2);
    stream.accepts = true;
    emit("drain");
    screen.draw(["two"]);
    expect(written.at(-1)).toContain("two");
  });

  it("never throws when the stream breaks or closes, and then stays silent", () => {
    const thrown = recorder();
    thrown.screen.start();
    thrown.stream.breaks = true;
    thrown.screen.draw(["one"]);
    thrown.screen.stop();
    const closed = recorder();
    closed.screen.start();
    closed.emit("close");
    closed.screen.draw(["one"]);
    closed.screen.stop();
    expect(thrown.written.length).toBe(1);
    expect(closed.written.length).toBe(1);
  });

  it("draws nothing before it was started, and tells 80 x 24 where the size is not known", () => {
    const { screen, written } = recorder({ columns: 0, rows: 0 });
    screen.draw(["one"]);
    expect(written).toEqual([]);
    expect(screen.size).toEqual({ columns: 80, rows: 24 });
  });
});

describe("terminalAbilities", () => {
  it.each([
    [true, { TERM: "xterm", LANG: "en_US.UTF-8" }, true, true, true],
    [true, { TERM: "xterm", LANG: "en_US.UTF-8", NO_COLOR: "1" }, true, false, true],
    [true, { TERM: "xterm", LANG: "C", NO_COLOR: "" }, true, true, false],
    [true, { TERM: "dumb", LC_ALL: "C.utf8" }, false, false, true],
    [false, { TERM: "xterm", LC_ALL: "C", LANG: "en_US.UTF-8" }, false, false, false],
  ])("tty %s with %o: terminal %s, colour %s, unicode %s", (isTTY, env, isTerminal, colour, unicode) => {
    expect(terminalAbilities({ isTTY }, env)).toEqual({ isTerminal, colour, unicode });
  });
});
