/**
 * Goal    each channel says what it is to say to whom it is to say it, and nothing else: no secret in an error, no
 *         redirect followed, no header or markup forged, no plain text to a stranger.
 * Method  a real mail server and a real HTTP server on loopback, with and without a certificate that is trusted.
 */
import { createHmac } from "node:crypto";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AlertChannel, OutgoingMessage } from "../src/adapters/alerts/channel.ts";
import { type ChannelParams, plannedChannels } from "../src/adapters/alerts/channel-registry.ts";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { MailServer, PostServer } from "./alert-receivers.ts";
import { throwawayAuthority } from "./throwaway-certificate.ts";

const CANARY = "hush-7c41-canary";
const message: OutgoingMessage = {
  ...{ id: "r1-live-7", level: "critical", incident: 17, isTest: false },
  subject: "[live r1] CRITICAL: not flat after 60 s",
  body: "CRITICAL in mode live\nWhat: <!channel> & <https://evil.example|AAPL>\nAcknowledge: plimsoll alerts ack 17",
  short: "CRITICAL in mode live, run r1",
};

const off: ChannelParams = {
  smtp: {
    enabled: false,
    host: "127.0.0.1",
    port: 25,
    from: "bot@example.com",
    to: ["ops@example.com", "two@example.com"],
  },
  slack: { enabled: false },
  twilio: {
    enabled: false,
    from: "+14155550100",
    to: ["+14155550101", "+14155550102"],
    apiUrl: "https://api.twilio.com",
  },
  webhook: { enabled: false },
};

let posts: PostServer;
let mail: MailServer;
const open: AlertChannel[] = [];

beforeEach(async () => {
  posts = new PostServer();
  mail = new MailServer();
  await posts.start();
  await mail.start();
});
afterEach(async () => {
  for (const channel of open.splice(0)) channel.close();
  await posts.stop();
  await mail.stop();
});

function channel<Id extends keyof ChannelParams>(
  id: Id,
  params: Partial<ChannelParams[Id]> = {},
  secrets: Readonly<Record<string, string>> = {},
): AlertChannel {
  const given = Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, new Secret(text)]));
  const [plan] = plannedChannels({ ...off, [id]: { ...off[id], ...params, enabled: true } }, given);
  if (plan === undefined) throw new Error("it is not switched on");
  const made = plan.open();
  open.push(made);
  return made;
}

const smtp = (params: Partial<ChannelParams["smtp"]> = {}, secrets = {}) =>
  channel("smtp", { host: "127.0.0.1", port: mail.port, ...params }, secrets);
const webhook = (url: string) =>
  channel("webhook", {}, { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: CANARY });
const slack = (url: string) => channel("slack", {}, { SLACK_WEBHOOK_URL: url });
const twilio = () =>
  channel("twilio", { apiUrl: posts.url }, { TWILIO_ACCOUNT_SID: "AC1", TWILIO_AUTH_TOKEN: CANARY });

describe("mail", () => {
  it("goes to all of them, as plain text, under the id of the message", async () => {
    expect(await smtp({}, { SMTP_USER: "bot", SMTP_PASSWORD: CANARY }).send(message)).toEqual({ ok: true });
    const [taken] = mail.mails;
    expect(taken?.to).toEqual(["ops@example.com", "two@example.com"]);
    expect(taken?.user).toBe("bot");
    expect(taken?.raw).toContain("Message-ID: <r1-live-7@example.com>");
    expect(taken?.raw).toContain("Subject: [live r1] CRITICAL: not flat after 60 s");
    expect(taken?.raw).toMatch(/Content-Type: text\/plain/);
    expect(taken?.raw).toContain("plimsoll alerts ack 17");
    expect(taken?.raw).not.toMatch(/text\/html|hush/);
  });

  it("a line end in a subject forges no header", async () => {
    await smtp().send({ ...message, subject: "x\r\nBcc: thief@evil.example\r\n\r\nhello" });
    const head = mail.mails[0]?.raw.split("\r\n\r\n")[0] ?? "";
    expect(head).not.toMatch(/^Bcc:/m);
    expect(mail.mails[0]?.to).not.toContain("thief@evil.example");
  });

  it("a text that is refused is the message's fault, a door that is shut is not; no password is told", async () => {
    mail.refusal = { responseCode: 554, text: `spam, ${CANARY}` };
    const sender = smtp({}, { SMTP_USER: "bot", SMTP_PASSWORD: CANARY });
    const refused = await sender.send(message);
    expect(refused).toMatchObject({ ok: false, isOfMessage: true });
    expect(JSON.stringify(refused)).not.toContain(CANARY);
    await mail.stop();
    const shut = await sender.send(message);
    expect(shut).toMatchObject({ ok: false });
    expect(shut).not.toHaveProperty("isOfMessage");
  });
});

describe("mail to another machine", () => {
  const authority = throwawayAuthority();
  const known = getCACertificates("default");
  const [from, until] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000)];
  // Loopback has more names than those that count as this machine: one of them stands for a stranger.
  const leaf = authority.leaf({ ip: [127, 0, 0, 2], from, until });
  const tls = { ...leaf, disabledCommands: [], allowInsecureAuth: false };
  beforeAll(() => setDefaultCACertificates([...known, authority.cert]));
  afterAll(() => setDefaultCACertificates(known));

  async function at(options: object, trusted: readonly string[], run: (server: MailServer) => Promise<void>) {
    const server = new MailServer(options);
    await mail.stop();
    server.port = mail.port;
    await server.startOn("127.0.0.2");
    setDefaultCACertificates([...trusted]);
    try {
      await run(server);
    } finally {
      await server.stop();
    }
  }
  const stranger = (server: MailServer) =>
    smtp({ host: "127.0.0.2", port: server.port }, { SMTP_USER: "bot", SMTP_PASSWORD: CANARY }).send(message);

  it("is encrypted, with a certificate that is verified", () =>
    at(tls, [...known, authority.cert], async (server) => {
      expect(await stranger(server)).toEqual({ ok: true });
      expect(server.mails).toHaveLength(1);
    }));

  it("does not leave where nobody vouches for the certificate", () =>
    at(tls, known, async (server) => {
      expect(await stranger(server)).toMatchObject({ ok: false });
      expect(server.mails).toEqual([]);
    }));

  it("does not leave, and neither does the password, where there is no encryption", () =>
    at({ disabledCommands: ["STARTTLS"] }, [...known, authority.cert], async (server) => {
      expect(await stranger(server)).toMatchObject({ ok: false });
      expect(server.mails).toEqual([]);
    }));
});

describe("a webhook", () => {
  it("is signed over time and body, and names the message", async () => {
    expect(await webhook(`${posts.url}/hook`).send(message)).toEqual({ ok: true });
    const [{ headers, body, path } = { headers: {}, body: "", path: "" }] = posts.posts;
    expect(path).toBe("/hook");
    const signed = createHmac("sha256", CANARY)
      .update(`${headers["x-plimsoll-timestamp"]}.${body}`)
      .digest("hex");
    expect(headers["x-plimsoll-signature"]).toBe(`sha256=${signed}`);
    expect(headers["idempotency-key"]).toBe("r1-live-7");
    expect(JSON.parse(body)).toMatchObject({ id: "r1-live-7", level: "critical", incident: 17 });
  });

  it.each([
    ["a redirect", 307, { location: "https://evil.example/" }],
    ["an error of the server", 500, {}],
  ])("%s is a failure that is tried again, and shows no address", async (_, status, headers) => {
    posts.status = status;
    posts.headers = headers;
    const url = `${posts.url}/${CANARY}`;
    const result = await webhook(url).send(message);
    expect(result).toMatchObject({ ok: false });
    expect(result).not.toHaveProperty("isOfMessage");
    expect(JSON.stringify(result)).not.toContain(CANARY);
    expect(posts.posts).toHaveLength(1);
  });

  it("to another machine without TLS is never sent", async () => {
    const result = await webhook(`http://127.0.0.2:9/${CANARY}`).send(message);
    expect(result).toEqual({ ok: false, reason: "its address must begin with https://" });
  });
});

describe("Slack", () => {
  it("shows what it is given, and runs none of it", async () => {
    expect(await slack(`${posts.url}/services/${CANARY}`).send(message)).toEqual({ ok: true });
    const body = JSON.parse(posts.posts[0]?.body ?? "") as Readonly<Record<string, unknown>>;
    expect(body.text).toContain("&lt;!channel&gt; &amp; &lt;https://evil.example|AAPL&gt;");
    expect(body).toMatchObject({ mrkdwn: false, link_names: false, unfurl_links: false });
  });
});

describe("Twilio", () => {
  it("has one form for each number, with the account's name and word", async () => {
    posts.status = 201;
    expect(await twilio().send(message)).toEqual({ ok: true });
    const forms = posts.posts.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    expect(forms.map(({ To }) => To)).toEqual(["+14155550101", "+14155550102"]);
    expect(forms[0]).toMatchObject({ From: "+14155550100", Body: message.short });
    const [{ path, headers } = { path: "", headers: {} }] = posts.posts;
    expect(path).toBe("/2010-04-01/Accounts/AC1/Messages.json");
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`AC1:${CANARY}`).toString("base64")}`);
  });

  it("a number that has the message does not get it again while another one fails", async () => {
    const sender = twilio();
    expect(await sender.send(message)).toEqual({ ok: true });
    posts.status = 503;
    expect(await sender.send({ ...message, id: "r1-live-8" })).toMatchObject({ ok: false });
    posts.status = 201;
    posts.posts.length = 0;
    await sender.send({ ...message, id: "r1-live-8" });
    await sender.send({ ...message, id: "r1-live-8" });
    expect(posts.posts).toHaveLength(2);
  });
});

it("a channel that lacks something says what, whenever it is asked", async () => {
  expect(await channel("slack").send(message)).toEqual({ ok: false, reason: "SLACK_WEBHOOK_URL is not set" });
  expect(await smtp({ to: [] }).send(message)).toEqual({
    ok: false,
    reason: "alerts.channels.smtp.to is empty",
  });
});
