/** A demo of real processes with its dashboard, for tests that look at it from outside; one at a time on a machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { scratchFolder } from "../scratch-folder.ts";

/** On a busy machine, and with a page to build first. */
const WELL_MS = 240_000;
const POLL_MS = 100;

export class RunningDemo {
  readonly root: string;
  /** Its dashboard's address with the key. */
  readonly link: string;
  readonly #process: ChildProcess;
  readonly #said: readonly string[];

  private constructor(root: string, link: string, process: ChildProcess, said: readonly string[]) {
    this.root = root;
    this.link = link;
    this.#process = process;
    this.#said = said;
  }

  /** Resolves when its address is printed. */
  static async start(speed: number): Promise<RunningDemo> {
    const root = scratchFolder("running-demo-");
    const words = ["--root", root, "--sessions", "1", "--speed", String(speed), "--port", "0"];
    const child = spawn(process.execPath, ["src/cli/main.ts", "start", ...words], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    child.stderr?.on("data", (piece: Buffer) => said.push(String(piece)));
    const linkOf = () => /dashboard: (http\S+)/.exec(said.join(""))?.[1];
    const link = await until("the link is printed", linkOf, () => said.join(""));
    return new RunningDemo(root, link, child, said);
  }

  get origin(): string {
    return new URL(this.link).origin;
  }

  get key(): string {
    return new URL(this.link).hash.replace("#key=", "");
  }

  /** 0: none. */
  pidOf(id: string): number {
    const active = JSON.parse(readFileSync(join(this.root, "run", "active.json"), "utf8")) as {
      readonly processes: readonly { readonly id: string; readonly pid?: number }[];
    };
    return active.processes.find((each) => each.id === id)?.pid ?? 0;
  }

  until<Found>(what: string, look: () => Found | Promise<Found>): Promise<NonNullable<Found>> {
    return until(what, look, () => this.#said.join(""));
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGINT");
    await Promise.race([gone, pause(WELL_MS)]);
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Resolves to what `look` gives once it gives something. */
async function until<Found>(
  what: string,
  look: () => Found | Promise<Found>,
  said: () => string,
): Promise<NonNullable<Found>> {
  const end = performance.now() + WELL_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Found>;
    if (performance.now() > end) throw new Error(`${what}: not within ${WELL_MS} ms\n${said()}`);
    await pause(POLL_MS);
  }
}
