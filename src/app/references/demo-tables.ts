/** What a demo over a market made of chance knows before its first session: the regime, and tables that it reads. */
import { join } from "node:path";
import type { InstrumentTable } from "../../domain/instrument.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../domain/time.ts";
import type { Config } from "../config.ts";
import type { RegimeSource, RunTerms } from "../live/run-terms.ts";
import { liveReading } from "../regime/live-reading.ts";
import { referencesOf, tablesToTell } from "./run-tables.ts";

interface DemoMarket {
  readonly config: Config;
  readonly root: string;
  readonly regime: Extract<RegimeSource, { readonly from: "synthetic" }>;
  readonly opens: EpochMicros;
  readonly instruments: InstrumentTable;
}

/** What is not known is left to the tasks, which say why. */
export async function demoTables({
  config,
  root,
  regime,
  opens,
  instruments,
}: DemoMarket): Promise<NonNullable<RunTerms["first"]>> {
  const strategyIds = Object.keys(config.strategies).filter((id) => config.strategies[id]?.enabled);
  const session = parseIsoDate(regime.firstSession) as DayNumber;
  const killSwitch = join(root, "killswitch");
  const terms = { config, strategyIds, regime, killSwitch, clock: { exchangeAt: opens } };
  const { early } = tablesToTell(terms);
  const { told } = await referencesOf({ terms, places: { root }, instruments }, session, early);
  if (!config.regime.enabled) return { tables: told };
  return { tables: told, reading: await liveReading(config.regime, regime, root, session) };
}
