/**
 * Text messages by Twilio: one form by POST for each number, with basic authentication. Twilio takes no key
 * that would make a repetition harmless: numbers that have a message are remembered here, and only a crash
 * between an answer and its record tells one a second time.
 */
import { z } from "zod";
import type { SendResult } from "../../domain/alert.ts";
import { type ChannelKind, secretOf } from "./channel.ts";
import { HttpPoster } from "./http-post.ts";

const SID_NAME = "TWILIO_ACCOUNT_SID";
const TOKEN_NAME = "TWILIO_AUTH_TOKEN";
const KEPT_MAX = 1000;
const number = z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number as +14155550100");
const ADDRESS = /^(?:https:\/\/[\w.-]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d{1,5})?)$/;

const params = z.strictObject({
  enabled: z.boolean(),
  /** Numbers as +14155550100; empty while it is off. */
  from: z.union([number, z.literal("")]),
  to: z.array(number).max(10),
  apiUrl: z.string().regex(ADDRESS, "must be https://host without a path"),
});

export const twilioChannel: ChannelKind<z.infer<typeof params>> = {
  id: "twilio",
  params,
  needs: [SID_NAME, TOKEN_NAME],
  takes: [],
  open({ from, to, apiUrl }, secrets) {
    const poster = new HttpPoster(secrets);
    const have = new Set<string>();
    const sid = secretOf(secrets, SID_NAME).reveal();
    const token = secretOf(secrets, TOKEN_NAME).reveal();
    const url = `${apiUrl}/2010-04-01/Accounts/${encodeURIComponent(sid)}/Messages.json`;
    const headers = {
      authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    return {
      async send({ id, short }) {
        let result: SendResult = { ok: true };
        for (const each of to) {
          const key = `${id} ${each}`;
          if (have.has(key)) continue;
          const body = new URLSearchParams({ From: from, To: each, Body: short }).toString();
          const one = await poster.post({ url, headers, body });
          if (one.ok) remember(have, key);
          else result = one;
        }
        return result;
      },
      close: () => poster.close(),
    };
  },
};

function remember(have: Set<string>, key: string): void {
  have.add(key);
  const [oldest] = have;
  if (have.size > KEPT_MAX && oldest !== undefined) have.delete(oldest);
}
