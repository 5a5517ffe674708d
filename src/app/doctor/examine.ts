/**
 * All checks of the doctor in their order (RUN-5). It works without a network, without keys and without a root: what
 * cannot be looked at is said, and is no failure.
 */
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { liveHosts, paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { type Config, type ConfigSources, configHash, loadConfig } from "../config.ts";
import { type BrokerDesk, brokerDesk } from "../live/broker-reads.ts";
import { runHosts } from "../live/interlock.ts";
import { tradingModes } from "../live/run-terms.ts";
import { falseTripsOf } from "../live/watch-duty.ts";
import { tradedConfig } from "../traded-config.ts";
import { alertsCheck } from "./alert-checks.ts";
import { accountCheck, calendarCheck, clockCheck } from "./broker-checks.ts";
import { type Check, fail, messageOf, ok, warn } from "./check.ts";
import { armedCheck, envFileCheck, guardianKeyCheck, keysFound, modeOf } from "./key-checks.ts";
import {
  diskCheck,
  killSwitchCheck,
  portsCheck,
  rootCheck,
  runtimeCheck,
  systemCheck,
} from "./machine-checks.ts";
import { databasesCheck, journalCheck, lakeCheck } from "./record-checks.ts";
import { regimeCheck } from "./regime-check.ts";

export interface ExamineTerms {
  readonly root: string;
  /** Where a `.env` may lie, besides the root. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly sources: ConfigSources;
  readonly nowMs: () => number;
  /** Asks the broker behind the keys; a test binds its own. */
  readonly desk?: (credentials: AlpacaCredentials) => BrokerDesk;
}

export async function examine(terms: ExamineTerms): Promise<readonly Check[]> {
  const { root, nowMs } = terms;
  const { check: config, value } = configCheck(terms.sources);
  const places = { ...terms, nowMs: nowMs() };
  const { check: keys, credentials } = keysFound(places, value);
  const armed = armedCheck(places, value);
  const guardian = guardianKeyCheck(places, credentials);
  return [
    runtimeCheck(process.version),
    config,
    rootCheck(root),
    keys,
    ...(guardian === undefined ? [] : [guardian]),
    envFileCheck(places),
    ...(armed === undefined ? [] : [armed]),
    ...(await brokerChecks(terms, credentials)),
    diskCheck(root),
    databasesCheck(root),
    journalCheck(root),
    lakeCheck(root),
    killSwitchCheck(root),
    await portsCheck(root),
    systemCheck(root),
    ...(value === undefined ? [] : [feedCheck(value), watchdogCheck(value)]),
    ...(value === undefined ? [] : [alertsCheck(places, value)]),
    ...(value === undefined ? [] : [regimeCheck(root, value)]),
    warn("models", "not available yet", "strategies trade by their rules"),
  ];
}

function configCheck(sources: ConfigSources): { readonly check: Check; readonly value: Config | undefined } {
  try {
    const value = loadConfig(sources);
    for (const mode of tradingModes) tradedConfig(value, mode);
    const found = `mode ${value.mode}, profile ${value.profile}, hash ${configHash(value)}`;
    return { check: ok("config", found), value };
  } catch (error) {
    return { check: fail("config", messageOf(error), "see config/default.yaml"), value: undefined };
  }
}

async function brokerChecks(
  { nowMs, desk = ownDesk }: ExamineTerms,
  credentials: AlpacaCredentials | undefined,
): Promise<readonly Check[]> {
  if (credentials === undefined) {
    const cure = "nothing to do in the demo; with keys the broker's own are compared";
    return [warn("clock", "not compared: there are no keys", cure), warn("calendar", "not compared", cure)];
  }
  const { reads, end } = desk(credentials);
  try {
    const account = await accountCheck(reads);
    // One wait for a network that is not there is enough.
    if (account.state === "warn") return [account];
    const now = (nowMs() * 1000) as EpochMicros;
    return [account, await clockCheck(reads, nowMs), await calendarCheck(reads, now)];
  } finally {
    end();
  }
}

const ownDesk = (credentials: AlpacaCredentials): BrokerDesk =>
  brokerDesk(credentials, runHosts(modeOf(credentials) === "live" ? liveHosts : paperHosts));

/** EXEC-4: what the chosen feed means for the rule that refuses wide spreads. */
function feedCheck({ live, risk }: Config): Check {
  const { maxFraction } = risk.spread as { readonly maxFraction: number };
  const limit = `${(maxFraction * 100).toFixed(2)} %`;
  if (live.feed === "sip") return ok("feed", `sip: quotes of all venues; spreads above ${limit} are refused`);
  return warn(
    "feed",
    `iex: quotes of one venue, wider than the market's; the spread limit of ${limit} refuses most names`,
    "expect few entries, or subscribe and set live.feed: sip; the limit is never loosened by itself",
  );
}

/** The likely ones; all of them stand in the log of each start. */
function watchdogCheck(config: Config): Check {
  const likely = falseTripsOf(config.watchdog, config.live.feed)
    .filter(({ channel, tripsPerSession }) => !isSupposed(channel) && tripsPerSession >= SELDOM)
    .toSorted((a, b) => b.tripsPerSession - a.tripsPerSession)
    .map(({ channel, deadlineMs, tripsPerSession }) => {
      const trips = Number(tripsPerSession.toPrecision(2));
      return `${channel} ${trips} at ${deadlineMs} ms`;
    });
  const rest = `the others less than ${SELDOM}`;
  return ok(
    "watchdog",
    `false trips a session: ${[...likely, rest].join(", ")}; one bars entries for a while`,
  );
}

/** A channel that is no heartbeat, reckoned to show why. */
const isSupposed = (channel: string): boolean => channel.includes("were");
const SELDOM = 0.001;
