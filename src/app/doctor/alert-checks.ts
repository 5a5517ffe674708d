/** Whether somebody would hear: channels that are switched on, whole, and known to work (C-60). */
import { join } from "node:path";
import { readAlertSecrets } from "../../adapters/alerts/alert-secrets.ts";
import { plannedChannels } from "../../adapters/alerts/channel-registry.ts";
import { isWorking } from "../../ops/alerts/alert-policy.ts";
import type { Config } from "../config.ts";
import { stateRoot } from "../live/active-run.ts";
import { channelFacts } from "../monitor/alert-reads.ts";
import { type Check, fail, messageOf, ok, warn } from "./check.ts";

interface Places {
  readonly root: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

const name = "alerts";
const SET_UP =
  "switch on two of alerts.channels, put what they need into .env, then run: plimsoll alerts test";
const INDEPENDENT = 2;

export function alertsCheck({ root, folder, env, nowMs }: Places, { alerts, mode }: Config): Check {
  try {
    const secrets = readAlertSecrets(env, [join(folder, ".env"), join(root, ".env")]);
    const plans = plannedChannels(alerts.channels, secrets);
    const broken = plans.filter(({ problem }) => problem !== undefined);
    if (broken.length > 0)
      return fail(
        name,
        broken.map(({ id, problem }) => `${id}: ${problem}`).join("; "),
        "set it, or switch the channel off",
      );
    if (plans.length === 0) {
      const then = `in live entries end after ${alerts.channelMinutes} min without one`;
      return warn(name, `no channel is switched on; ${then}`, SET_UP);
    }
    const facts = channelFacts(stateRoot(root, mode));
    const told = plans.map(({ id }) => {
      const known = facts.find((one) => one.id === id);
      if (known === undefined) return `${id} never tried`;
      return isWorking(known, nowMs)
        ? `${id} works`
        : `${id} fails: ${known.error ?? "nothing delivered for days"}`;
    });
    const found = told.join(", ");
    if (plans.length < INDEPENDENT) return warn(name, `${found}; one channel, ${INDEPENDENT} wanted`, SET_UP);
    return told.every((line) => line.endsWith(" works"))
      ? ok(name, found)
      : warn(name, found, "run: plimsoll alerts test");
  } catch (error) {
    return fail(name, messageOf(error), "see the line");
  }
}
