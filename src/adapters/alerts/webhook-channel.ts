/**
 * A server of one's own: JSON by POST. With ALERT_WEBHOOK_SECRET the header `x-plimsoll-signature:
 * sha256=<hex>` is the HMAC-SHA256 over `<x-plimsoll-timestamp>.<body>`, so that a receiver knows who
 * speaks and when; `idempotency-key` is the message's id, the same at each attempt.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { type ChannelKind, secretOf } from "./channel.ts";
import { HttpPoster } from "./http-post.ts";

const URL_NAME = "ALERT_WEBHOOK_URL";
const SECRET_NAME = "ALERT_WEBHOOK_SECRET";

export const webhookChannel: ChannelKind<{ readonly enabled: boolean }> = {
  id: "webhook",
  params: z.strictObject({ enabled: z.boolean() }),
  needs: [URL_NAME, SECRET_NAME],
  takes: [],
  open(_, secrets) {
    const poster = new HttpPoster(secrets);
    return {
      send({ id, level, incident, isTest, subject, body: whole, short, html }) {
        const text = html === undefined ? whole : short;
        const body = JSON.stringify({ id, level, incident, isTest, subject, text });
        const timestamp = String(Math.floor(Date.now() / 1000));
        const key = secretOf(secrets, SECRET_NAME).reveal();
        const signature = createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex");
        return poster.post({
          url: secretOf(secrets, URL_NAME).reveal(),
          headers: {
            "content-type": "application/json; charset=utf-8",
            "idempotency-key": id,
            "x-plimsoll-timestamp": timestamp,
            "x-plimsoll-signature": `sha256=${signature}`,
          },
          body,
        });
      },
      close: () => poster.close(),
    };
  },
};
