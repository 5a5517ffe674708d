/**
 * Goal    mail is down for an hour during a halt: every alert of that hour arrives once it is back, none twice; the other
 *         channels have them at once; a death of the monitor at any step changes nothing of it (C-60).
 * Method  a real mail server and real HTTP receivers, the real store; an hour of the monitor's clock, not of ours.
 */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AlertStore, alertsPath } from "../src/adapters/alerts/alert-store.ts";
import type { AlertChannel } from "../src/adapters/alerts/channel.ts";
import { plannedChannels } from "../src/adapters/alerts/channel-registry.ts";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { alertPolicy } from "../src/app/alert-params.ts";
import { loadConfig } from "../src/app/config.ts";
import { AlertDesk } from "../src/ops/alerts/alert-desk.ts";
import { Courier } from "../src/ops/alerts/courier.ts";
import { MailServer, PostServer } from "./alert-receivers.ts";
import { scratchFolder } from "./scratch-folder.ts";

let root: string;
let mail: MailServer;
let posts: PostServer;
let open: AlertChannel[] = [];
beforeEach(async () => {
  root = scratchFolder("alert-delivery-");
  mail = new MailServer();
  posts = new PostServer();
  await mail.start();
  await posts.start();
});
afterEach(async () => {
  for (const channel of open) channel.close();
  open = [];
  await mail.stop();
  await posts.stop();
  rmSync(root, { recursive: true, force: true });
});

const START = Date.parse("2026-11-20T15:00:00Z");

class Monitor {
  now = START;
  #store: AlertStore | undefined;
  desk: AlertDesk | undefined;
  courier: Courier | undefined;

  /** The one before it, if there was one, is as good as killed: it is asked nothing any more. */
  start(): void {
    this.#store?.close();
    const { params, smtp } = loadParams(mail.port);
    const secrets = {
      SLACK_WEBHOOK_URL: new Secret(`${posts.url}/slack`),
      ALERT_WEBHOOK_URL: new Secret(`${posts.url}/hook`),
      ALERT_WEBHOOK_SECRET: new Secret("signature-word"),
    };
    const plans = plannedChannels(
      { ...params.channels, smtp, slack: { enabled: true }, webhook: { enabled: true } },
      secrets,
    );
    const senders = new Map(plans.map(({ id, open: make }) => [id as string, make()]));
    open.push(...senders.values());
    const policy = alertPolicy(params, [...senders.keys()]);
    this.#store = new AlertStore(alertsPath(root), (reason) => expect.fail(reason));
    const known = this.#store.load(this.now, policy.reopenMs);
    this.desk = new AlertDesk("l1-live", policy, this.#store, known, this.now);
    const facts = { mode: "live", run: "l1" };
    this.courier = new Courier({ desk: this.desk, senders, facts, now: () => this.now });
  }

  raise(n: number, cause: string, text: string): void {
    const alert = {
      id: `journal-l1-${n}`,
      level: "critical",
      cause,
      source: "execute",
      text,
      atMs: this.now,
    } as const;
    this.desk?.raise([alert], this.now, { source: "journal", position: n });
  }

  async pass(seconds: number, stepSeconds = 10): Promise<void> {
    for (let s = 0; s < seconds; s += stepSeconds) {
      this.now += stepSeconds * 1000;
      this.desk?.tick(this.now);
      this.courier?.work();
      await this.courier?.idle();
    }
  }
}

function loadParams(port: number) {
  const params = loadConfig().alerts;
  const smtp = { enabled: true, host: "127.0.0.1", port, from: "bot@example.com", to: ["ops@example.com"] };
  return { params, smtp };
}

const idsOf = (raws: readonly string[]): string[] =>
  raws.map((raw) => /Message-ID: <([^@]+)@/.exec(raw)?.[1] ?? "");
const halt = [
  ["closing", "everything is being closed: day loss 3.1 % of 3 %"],
  ["not-flat", "flatten h1: not flat: AAPL"],
  ["broker-silent", "flattening, and the broker does not answer"],
  ["closed", "flatten h1 ended HALTED: day loss 3.1 % of 3 %"],
] as const;

it.each([
  ["the monitor lives through it", false],
  ["the monitor is killed every few minutes", true],
])(
  "an hour without mail during a halt, %s: each alert arrives once it is back, none twice",
  async (_, dies) => {
    const monitor = new Monitor();
    monitor.start();
    await mail.stop();
    for (const [n, [cause, text]] of halt.entries()) {
      monitor.raise(n + 1, cause, text);
      await monitor.pass(900);
      if (dies) monitor.start();
    }
    expect(mail.mails).toEqual([]);
    // Slack and the webhook have had all four at once, and were called again each five minutes.
    const hooks = posts.posts
      .filter(({ path }) => path === "/hook")
      .map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(hooks).size).toBe(hooks.length);
    for (const [, text] of halt) expect(posts.posts.some(({ body }) => body.includes(text))).toBe(true);
    await mail.start();
    await monitor.pass(120);
    const ids = idsOf(mail.mails.map(({ raw }) => raw));
    expect(ids).toHaveLength(halt.length);
    expect(new Set(ids)).toHaveLength(halt.length);
    const said = mail.mails.map(({ raw }) => raw.replaceAll("=\r\n", "")).join("\n");
    for (const [, text] of halt) expect(said).toContain(text);
    for (let n = 1; n <= halt.length; n += 1)
      expect(monitor.desk?.acknowledge(n, "ann", monitor.now)).toBe(true);
    posts.posts.length = 0;
    await monitor.pass(3600, 60);
    expect([mail.mails.length, posts.posts.length]).toEqual([halt.length, 0]);
  },
);
