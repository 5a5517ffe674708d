/** What the demo shows while it runs: a live picture in a terminal, lines elsewhere, nothing when asked to be quiet. */
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import type { CliContext } from "./context.ts";
import { plainLines } from "./terminal-plain.ts";
import { TerminalScreen, terminalAbilities } from "./terminal-screen.ts";
import { type TerminalViewOptions, terminalView } from "./terminal-view.ts";

export interface DemoScreen {
  /** It owns the terminal: other lines would tear it. */
  readonly isPicture: boolean;
  show(snapshot: EngineSnapshot): void;
  /** Where the dashboard answers, without and with its key. */
  address(url: string, link: string): void;
  /** Gives the terminal back. May be called twice. */
  stop(): void;
}

/** Pictures a second at most: more would only flicker. */
const PICTURES_PER_SECOND = 10;
/** It is asked four times a second, and each question waits two seconds: longer is no answer. */
const SILENT_MS = 3000;
const LOOK_AGAIN_MS = 1000;

export function demoScreen(context: CliContext, haltFile: string): DemoScreen {
  const { stdout } = process;
  const abilities = terminalAbilities(stdout, process.env);
  if (context.quiet() || context.json())
    return { isPicture: false, show: () => undefined, address: () => undefined, stop: () => undefined };
  if (!abilities.isTerminal) return lineScreen(context, abilities.unicode);
  const screen = new TerminalScreen(stdout);
  let drawnAt = Number.NEGATIVE_INFINITY;
  let newest: EngineSnapshot | undefined;
  let heardAt = 0;
  let dashboard: TerminalViewOptions["dashboard"];
  screen.start();
  const again = setInterval(() => {
    const silentMs = performance.now() - heardAt;
    if (newest === undefined || silentMs < SILENT_MS) return;
    screen.draw(terminalView(newest, { ...screen.size, ...abilities, haltFile, dashboard, silentMs }));
  }, LOOK_AGAIN_MS);
  return {
    isPicture: true,
    show(snapshot) {
      const now = performance.now();
      newest = snapshot;
      heardAt = now;
      if (now - drawnAt < 1000 / PICTURES_PER_SECOND) return;
      drawnAt = now;
      screen.draw(terminalView(snapshot, { ...screen.size, ...abilities, haltFile, dashboard }));
    },
    address(url, link) {
      dashboard = { url, link };
    },
    stop() {
      clearInterval(again);
      screen.stop();
    },
  };
}

/** On standard error, so that a pipe receives results only. */
function lineScreen(context: CliContext, unicode: boolean): DemoScreen {
  let previous: EngineSnapshot | undefined;
  return {
    isPicture: false,
    show(snapshot) {
      for (const line of plainLines(snapshot, previous, { unicode })) context.err(line);
      previous = snapshot;
    },
    // It is a line of its own already.
    address: () => undefined,
    stop: () => undefined,
  };
}
