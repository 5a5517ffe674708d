/**
 * `plimsoll alerts ls|ack|test`: what people were told, that they have heard it, and whether the channels
 * work.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { readAlertSecrets } from "../adapters/alerts/alert-secrets.ts";
import { channelIds, plannedChannels } from "../adapters/alerts/channel-registry.ts";
import { knownRun } from "../app/live/active-run.ts";
import { operatorName } from "../app/live/operator-name.ts";
import {
  type AlertDelivery,
  type AlertsAnswer,
  alertsAnswer,
  testDeliveries,
} from "../app/monitor/alert-reads.ts";
import { askMonitor, type MonitorAsk } from "../app/monitor/monitor-asks.ts";
import { alertLevels, type Incident } from "../domain/alert.ts";
import { InputError } from "../domain/assert.ts";
import { TEST } from "../ops/alerts/alert-desk.ts";
import { messageText } from "../ops/alerts/message-text.ts";
import { envFiles } from "./alert-env.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { recordRoot } from "./demo-root.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { maybeOneOf, wholeNumber } from "./option-values.ts";

const MOST_ROWS = 10_000;
const ANSWER_WITHIN_MS = 5_000;
/** As long as a channel may take, and a little. */
const TEST_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 200;
const MOST_ID = 2 ** 31;

export function registerAlertCommands(program: Command, context: CliContext): void {
  const alerts = program
    .command("alerts")
    .description("what people were told, and by which channel")
    .addHelpText("after", example("plimsoll alerts ls --open"));

  alerts
    .command("ls")
    .description("incidents, newest first: level, count, deliveries, who acknowledged; and the channels")
    .option("--level <level>", `of this level only: ${alertLevels.join(", ")}`)
    .option("--open", "only what nobody has acknowledged and what is not over")
    .option("--limit <count>", "how many at most", "50")
    .addHelpText("after", "\nExample:\n  plimsoll alerts ls --open --level critical")
    .action(({ level, open, limit }: { level?: string; open?: boolean; limit: string }) => {
      const query = {
        ...{ from: 0, limit: wholeNumber("--limit", limit, { least: 1, most: MOST_ROWS }) },
        ...{ level: maybeOneOf("--level", level, alertLevels), open },
      };
      const answer = alertsAnswer(recordRoot(context), query, Date.now());
      report(context, answer, () => listText(answer));
    });

  alerts
    .command("ack")
    .description("say that you have heard it: nobody is called again while it says the same")
    .argument("<id>", "its number, as alerts ls and the message name it")
    .option("--reason <text>", "why, for the audit", "heard")
    .addHelpText("after", "\nExample:\n  plimsoll alerts ack 17 --reason 'looking at it'")
    .action(async (given: string, { reason }: { reason: string }) => {
      const incident = wholeNumber("id", given, { least: 1, most: MOST_ID });
      await asked(context, { kind: "acknowledge", incident, ...words(reason) });
    });

  alerts
    .command("test")
    .description("send a test by every channel, or by one; exit 1 when one fails")
    .option("--channel <channel>", `by this one only: ${channelIds.join(", ")}`)
    .addHelpText("after", "\nExample:\n  plimsoll alerts test --channel smtp")
    .action(async ({ channel }: { channel?: string }) => {
      const chosen = maybeOneOf("--channel", channel, channelIds);
      const isRunning = knownRun(context.root())?.active !== undefined;
      const results = isRunning ? await testByMonitor(context, chosen) : await testDirectly(context, chosen);
      tell(context, results, () => testText(results));
      const failed = results.filter(({ state }) => state !== "delivered").map(({ channel: id }) => id);
      if (failed.length > 0) throw new InputError(`alerts test: ${failed.join(", ")} did not deliver`, 1);
    });
}

/** An ask of a running monitor. Throws InputError (exit 1) where none runs, and when it says no. */
export async function asked(context: CliContext, ask: MonitorAsk): Promise<void> {
  const known = knownRun(context.root());
  if (known?.active === undefined)
    throw new InputError(`no system runs on ${context.root()}; start one with: plimsoll start`, 1);
  const answer = await askMonitor(known.root, ask, ANSWER_WITHIN_MS);
  if (answer === undefined) {
    const text = "it is written down; the monitor does it as soon as it answers";
    tell(context, { accepted: true, auditId: ask.id, text }, () => text);
    return;
  }
  if (!answer.ok) throw new InputError(answer.text, 1);
  tell(context, { accepted: true, auditId: ask.id, text: answer.text }, () => answer.text);
}

/** Who asks, why, and under which name. */
export function words(reason: string): { readonly id: string; readonly by: string; readonly reason: string } {
  const told = reason.trim();
  if (told === "" || told.length > 400)
    throw new InputError("--reason must have 1 to 400 characters; say why in a few words");
  return { id: randomUUID(), by: operatorName().slice(0, 80), reason: told };
}

async function testByMonitor(
  context: CliContext,
  channel: string | undefined,
): Promise<readonly AlertDelivery[]> {
  const root = knownRun(context.root())?.root ?? context.root();
  const ask = { kind: "test", ...words("asked for"), ...(channel === undefined ? {} : { channel }) } as const;
  const answer = await askMonitor(root, ask, ANSWER_WITHIN_MS);
  if (answer === undefined) throw new InputError("alerts test: the monitor does not answer; see the log", 1);
  if (!answer.ok) throw new InputError(answer.text, 1);
  const endMs = performance.now() + TEST_WITHIN_MS;
  for (;;) {
    const deliveries = testDeliveries(root, ask.id);
    const isOver = deliveries.length > 0 && deliveries.every(({ at }) => at !== null);
    if (isOver || performance.now() > endMs) return deliveries;
    await pause(LOOK_EVERY_MS);
  }
}

/** Without a running system: by channels of this process's own, and no history. */
async function testDirectly(
  context: CliContext,
  channel: string | undefined,
): Promise<readonly AlertDelivery[]> {
  const { alerts, mode } = givenConfig(context);
  const secrets = readAlertSecrets(process.env, envFiles(context));
  const plans = plannedChannels(alerts.channels, secrets).filter(
    ({ id }) => channel === undefined || id === channel,
  );
  if (plans.length === 0)
    throw new InputError(
      `alerts test: ${channel === undefined ? "no channel is" : `${channel} is not`} switched on; ` +
        "set alerts.channels, see docs/alerts.md",
      1,
    );
  const now = Date.now();
  const message = testMessage(mode, now);
  const tried = plans.map(async ({ id, open }): Promise<AlertDelivery> => {
    const sender = open();
    const result = await sender.send(message);
    sender.close();
    const at = new Date().toISOString();
    const said = result.ok
      ? { state: "delivered" as const, error: null }
      : { state: "failed" as const, error: result.reason };
    return { channel: id, attempts: 1, at, ...said };
  });
  return Promise.all(tried);
}

function testMessage(mode: string, now: number) {
  const id = `test-${randomUUID()}`;
  const text = "test of the channels, asked for on the command line; no system runs";
  const incident: Incident = {
    ...{ id: 0, cause: TEST, source: "plimsoll alerts test", text, lastText: text, shapes: [], count: 1 },
    ...{ openedMs: now, lastMs: now, messages: 0, toldMs: now, toldCount: 1 },
    ...{ level: "info", state: "over" },
  };
  const told = messageText({ id, kind: "test" }, incident, { mode, run: "none" });
  return { ...told, id, level: "info", incident: 0, isTest: true } as const;
}

function listText({ rows, channels, total }: AlertsAnswer): string {
  const lights = channels.map(({ id, state, text }) => `${id}: ${state}, ${text}`);
  const first = lights.length === 0 ? ["no channel is switched on; see docs/alerts.md"] : lights;
  if (rows.length === 0) return [...first, "no alerts"].join("\n");
  const table = alignedTable(
    [
      { title: "id", align: "right" },
      ...[{ title: "since (UTC)" }, { title: "level" }, { title: "count", align: "right" } as const],
      ...[{ title: "heard" }, { title: "delivered" }, { title: "what" }],
    ],
    rows.map(({ id, at, level, count, acknowledgedBy, isOpen, deliveries, text }) => [
      ...[id, at.slice(0, 19).replace("T", " "), level, count, acknowledgedBy ?? (isOpen ? "-" : "over")],
      deliveries.map(({ channel, state }) => `${channel} ${state}`).join(", ") || "-",
      oneLine(text),
    ]),
  );
  const more = total > rows.length ? [`${total - rows.length} more; see --limit`] : [];
  return [...first, table, ...more].join("\n");
}

const testText = (results: readonly AlertDelivery[]): string =>
  results
    .map(({ channel, state, error }) => `${channel}: ${state}${error === null ? "" : `: ${oneLine(error)}`}`)
    .join("\n") || "no channel answered in time";

/** Whatever a broker put into it, it stays one line and moves no cursor. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 200);
