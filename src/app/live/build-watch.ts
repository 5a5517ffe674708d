/** The watch post of a run, with the machine and the market's data by request behind it. */
import type { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import { Ballast } from "../../adapters/journal/ballast.ts";
import { Counts } from "../../adapters/net/counts.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { isProcessAlive, machineReadings } from "./machine-readings.ts";
import type { StageContext } from "./stage-context.ts";
import { WatchPost, type WatchPostParts } from "./watch-post.ts";

/** As many of what is traded say whether quotes by request advance. */
const WITNESS_SYMBOLS = 10;

export interface WatchParts extends Pick<WatchPostParts, "live" | "computePid" | "claim" | "page"> {
  readonly broker: AlpacaBroker;
  readonly credentials: AlpacaCredentials;
  /** The ballast is there, or has gone because the disk is full. */
  readonly onBallast: (isKept: boolean) => void;
}

export function watchPostOf(context: StageContext, parts: WatchParts): WatchPost {
  const { terms, places, clock, now, log, instruments } = context;
  const { credentials, onBallast, ...rest } = parts;
  const ballast = new Ballast(places.ballast);
  const history = new AlpacaHistory({
    ...{ clock, credentials, transport: new RealTransport(), counts: new Counts(), seed: 3 },
    origin: terms.hosts.data,
    feed: terms.feed,
  });
  const machine = machineReadings(places.root);
  const witnesses = terms.symbols.slice(0, WITNESS_SYMBOLS);
  return new WatchPost({
    ...rest,
    terms: {
      params: terms.config.watchdog,
      feed: terms.feed,
      speed: terms.clock.speed,
      symbols: terms.symbols.length,
    },
    quotes: () => history.latestQuotes(witnesses, "reconcile"),
    machine: {
      ...machine,
      resources: async () => {
        const reading = await machine.resources();
        const done = await ballast.look(reading.diskFreeBytes);
        if (done !== undefined) onBallast(done === "made");
        return reading;
      },
      close: () => {
        machine.close();
        history.stop();
      },
    },
    now,
    isAlive: isProcessAlive,
    halted: () => instruments.symbols.filter((_, n) => rest.live().stage.facts.halted(n as InstrumentId)),
    log: (line) => log("warning", line),
    note: (line) => log("info", line),
  });
}
