/**
 * Goal    people have the digest of each session once: whoever dies, is late or hands it over again; by mail as a page and
 *         as text, in few lines elsewhere, by text message only where it was asked for; and its last line proves later what
 *         the record was (OPS-4, RELIABILITY 5).
 * Method  a real mail server and real HTTP receivers, the real store and tray; the clock is the test's.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AlertStore, alertsPath } from "../src/adapters/alerts/alert-store.ts";
import { plannedChannels } from "../src/adapters/alerts/channel-registry.ts";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { loadConfig } from "../src/app/config.ts";
import { alertsAnswer } from "../src/app/monitor/alert-reads.ts";
import { AlertWatch } from "../src/app/monitor/alert-watch.ts";
import { hearAsks } from "../src/app/monitor/ask-desk.ts";
import { readAsks } from "../src/app/monitor/monitor-asks.ts";
import { tellDay } from "../src/app/orchestrator/tell-day.ts";
import type { Letter } from "../src/domain/alert.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { Sender } from "../src/ops/alerts/courier.ts";
import { MailServer, PostServer } from "./alert-receivers.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ANCHOR = `journal l1abc 41 ${"a1".repeat(32)}, audit 3 ${"b2".repeat(32)}`;
const DAY = "2026-11-20";
const digest: Letter = {
  subject: `Plimsoll live ${DAY}: Look at it, +312.50 USD, +0.32 %, 1 incident`,
  text: `It made 312.50 USD, +0.32 %.\n\nOrders   3 sent\n${ANCHOR}\n`,
  short: `Plimsoll live ${DAY}: Look at it. <b>\n${ANCHOR}`,
  html: `<!doctype html><html><body><h1>It made 312.50 USD</h1><code>${ANCHOR}</code></body></html>`,
};

let root: string;
let mail: MailServer;
let posts: PostServer;
let monitor: Monitor;
beforeEach(async () => {
  root = scratchFolder("alert-digest-");
  mail = new MailServer();
  posts = new PostServer();
  await mail.start();
  await posts.start();
  monitor = new Monitor();
});
afterEach(async () => {
  await monitor.die();
  await mail.stop();
  await posts.stop();
  rmSync(root, { recursive: true, force: true });
});

class Monitor {
  now = Date.parse(`${DAY}T21:30:00Z`);
  readonly lines: string[] = [];
  info: readonly string[] = [];
  withChannels = true;
  #starts = 0;
  store: AlertStore | undefined;
  watch: AlertWatch | undefined;
  #close: () => void = () => undefined;

  start(): void {
    const params = loadConfig().alerts;
    const secrets = {
      ...{ SLACK_WEBHOOK_URL: new Secret(`${posts.url}/slack`) },
      ...{
        ALERT_WEBHOOK_URL: new Secret(`${posts.url}/hook`),
        ALERT_WEBHOOK_SECRET: new Secret("signature"),
      },
      ...{ TWILIO_ACCOUNT_SID: new Secret("AC1"), TWILIO_AUTH_TOKEN: new Secret("token") },
    };
    const settings = {
      smtp: {
        enabled: true,
        host: "127.0.0.1",
        port: mail.port,
        from: "b@example.com",
        to: ["o@example.com"],
      },
      ...{ slack: { enabled: true }, webhook: { enabled: true } },
      twilio: { enabled: true, from: "+14155550100", to: ["+14155550101"], apiUrl: posts.url },
    };
    const channels = plannedChannels(settings, secrets).map(
      ({ id, open }) => [id as string, open()] as const,
    );
    const senders = new Map<string, Sender>(this.withChannels ? channels : []);
    this.#close = () => {
      for (const [, channel] of channels) channel.close();
    };
    this.store = new AlertStore(alertsPath(root), (reason) => this.lines.push(`error ${reason}`), 50);
    this.#starts += 1;
    this.watch = new AlertWatch({
      ...{ mode: "demo", run: "l1abc", store: this.store, senders, sources: [], boot: `b${this.#starts}` },
      params: { ...params, routes: { ...params.routes, info: [...this.info] } },
      ...{ now: () => this.now, exchangeNow: () => (this.now * 1000) as EpochMicros },
      log: (level, text) => this.lines.push(`${level} ${text}`),
    });
    this.watch.begin();
  }

  async die(): Promise<void> {
    this.#close();
    await this.watch?.stop(1000);
    this.watch = undefined;
  }

  /** So many looks of the monitor's, a minute apart. */
  async look(times = 1): Promise<void> {
    const { watch, store } = this;
    if (watch === undefined || store === undefined) throw new Error("it is dead");
    for (let n = 0; n < times; n += 1) {
      this.now += 60_000;
      hearAsks({ root, watch, store, nowMs: this.now });
      watch.tick();
      await watch.idle();
    }
  }
}

const hand = (run: { run: string; mode: "live" | "demo" } = { run: "l1abc", mode: "live" }): void =>
  tellDay({ root, run, date: DAY }, { file: "/x.html", digest });
const told = (path: string) => posts.posts.filter((post) => post.path === path);
const TWILIO = "/2010-04-01/Accounts/AC1/Messages.json";
/** A mail as it is read: soft line ends and codes of quoted-printable are undone. */
const readable = (raw = ""): string =>
  raw
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

it("mail has it as text and as a page, Slack and the webhook in few lines, nobody as a text message", async () => {
  hand();
  monitor.start();
  await monitor.look(3);
  expect(mail.mails).toHaveLength(1);
  const said = readable(mail.mails[0]?.raw);
  expect(said.replaceAll("\r\n ", " ")).toContain(`Subject: ${digest.subject}`);
  expect(said).toContain("text/plain");
  expect(said).toContain("<h1>It made 312.50 USD</h1>");
  expect(said.split(ANCHOR)).toHaveLength(3);
  const [slack] = told("/slack").map(({ body }) => (JSON.parse(body) as { readonly text: string }).text);
  expect(slack).toContain(`Look at it. &lt;b&gt;\n${ANCHOR}`);
  const [hook] = told("/hook").map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>);
  expect(hook).toMatchObject({ level: "info", isTest: false, subject: digest.subject });
  expect(String(hook?.text)).toContain(ANCHOR);
  expect(told(TWILIO)).toEqual([]);
  expect(alertsAnswer(root, { from: 0, limit: 9 }, monitor.now).rows).toMatchObject([
    { level: "info", cause: "digest", isOpen: false, text: digest.subject },
  ]);
});

it("a text message is sent where information is asked for by that channel", async () => {
  monitor.info = ["twilio"];
  monitor.start();
  hand();
  await monitor.look(2);
  expect(told(TWILIO)).toHaveLength(1);
  expect(told("/slack")).toHaveLength(1);
});

it("mail that is down and a monitor that dies again and again: once by each, also when handed over again", async () => {
  monitor.start();
  await mail.stop();
  hand();
  for (let n = 0; n < 4; n += 1) {
    await monitor.look(2);
    await monitor.die();
    hand();
    monitor.start();
  }
  await mail.start();
  await monitor.look(5);
  hand({ run: "l2", mode: "live" });
  await monitor.look(5);
  expect([mail.mails.length, told("/slack").length, told("/hook").length]).toEqual([1, 1, 1]);
  // In vain four times over: no other channel stood in.
  expect(told(TWILIO)).toEqual([]);
  expect(readAsks(root)).toEqual([]);
});

it("the next day is another letter, and each run of a demo has days of its own", async () => {
  monitor.start();
  hand();
  hand({ run: "d1", mode: "demo" });
  hand({ run: "d2", mode: "demo" });
  tellDay({ root, run: { run: "l1abc", mode: "live" }, date: "2026-11-23" }, { file: "/y.html", digest });
  await monitor.look(6);
  expect(mail.mails).toHaveLength(4);
});

it("without a channel it is said once, and is no error", async () => {
  monitor.withChannels = false;
  monitor.start();
  hand();
  await monitor.look(3);
  tellDay({ root, run: { run: "l1abc", mode: "live" }, date: "2026-11-23" }, { file: "/y.html", digest });
  await monitor.look(3);
  expect(monitor.lines.filter((line) => line.includes("digest"))).toEqual([
    expect.stringMatching(/^debug digest-live-2026-11-20: no channel takes digests/),
  ]);
  expect(monitor.lines.filter((line) => line.startsWith("error"))).toEqual([]);
});

it("what cannot be written down stays in the tray, so that a death loses nothing", async () => {
  monitor.start();
  await mail.stop();
  const other = new DatabaseSync(join(root, "db", "alerts.db"));
  other.exec("BEGIN IMMEDIATE");
  hand();
  await monitor.look();
  expect(readAsks(root)).toHaveLength(1);
  other.exec("ROLLBACK");
  other.close();
  await monitor.look();
  expect(readAsks(root)).toEqual([]);
  await monitor.die();
  await mail.start();
  monitor.start();
  await monitor.look(3);
  expect(mail.mails).toHaveLength(1);
});
