/** The operators' desk over the execute process in one thread, with a kill switch in a folder of its own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AuditRow } from "../src/adapters/journal/journal-terms.ts";
import { ControlDesk } from "../src/app/live/control-desk.ts";
import type { StageContext } from "../src/app/live/stage-context.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { LiveWorld } from "./live-world.ts";

export interface Desk {
  readonly world: LiveWorld;
  readonly killSwitch: string;
  readonly audits: AuditRow[];
  /** What acts came to. */
  readonly heard: EngineEvent[];
  ask(
    verb: string,
    more?: Readonly<Record<string, unknown>>,
  ): { kind: string; reason?: string; exitCode?: number; value?: unknown };
}

let asked = 0;

export async function controlDesk(folder: string): Promise<Desk> {
  const world = new LiveWorld();
  asked += 1;
  const killSwitch = join(folder, `kill-${asked}`);
  mkdirSync(killSwitch);
  const alerts = { channelMinutes: 5, barred: { demo: false, paper: false } };
  const more = { mode: "demo", config: { alerts }, killSwitch };
  const terms = { run: "dworld", strategyIds: ["tester"], clock: { speed: 1 }, ...more };
  const context = {
    ...{
      terms,
      places: { killSwitch, root: killSwitch },
      clock: world.clock,
      instruments: { find: () => undefined, symbols: ["ACME", "HARD"] },
    },
    now: () => world.now,
  } as unknown as StageContext;
  const audits: AuditRow[] = [];
  const heard: EngineEvent[] = [];
  let control: ControlDesk | undefined;
  world.began = (driver) => {
    control = new ControlDesk({
      ...{
        context,
        driver,
        audit: (row: AuditRow) => void audits.push(row),
        feed: () => undefined,
        verdict: () => undefined,
      },
      event: (event) => {
        heard.push(event);
        world.event(event);
      },
      quote: () => undefined,
      checkActions: () => true,
      resumed: () => undefined,
      metrics: () => {
        throw new Error("nobody asks for them here");
      },
    });
  };
  world.heard = (input) => control?.saw(input);
  world.start();
  await world.run(60);
  return {
    world,
    killSwitch,
    audits,
    heard,
    ask: (verb, more = {}) => {
      asked += 1;
      const request = { id: `r${asked}`, verb, by: "tester", reason: "the cause is known", ...more };
      return control?.answer(JSON.stringify(request)) as never;
    },
  };
}
