/**
 * Mail. TLS is required and the certificate verified; to this machine alone it goes in plain, where a mail
 * server of one's own takes it on. The message's id is its Message-ID, the same at each attempt, so that a
 * mailbox can tell.
 */
import nodemailer from "nodemailer";
import { z } from "zod";
import type { SendResult } from "../../domain/alert.ts";
import { type AlertChannel, type AlertSecrets, type ChannelKind, isLoopback, safeReason } from "./channel.ts";

const USER_NAME = "SMTP_USER";
const PASSWORD_NAME = "SMTP_PASSWORD";
const WITHIN_MS = 10_000;
/** With TLS from the first byte; on other ports it is asked for, and required. */
const TLS_PORT = 465;

/** Not more than an address: names, lists and comments have no place in a header that we fill. */
const address = z
  .string()
  .regex(/^[^\s<>,;:"@()[\]\\]+@[A-Za-z0-9.-]+$/, "must be an address as ops@example.com");
const params = z.strictObject({
  enabled: z.boolean(),
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:-]*$/, "must be the name of a host")
    .max(255),
  port: z.int().min(1).max(65_535),
  from: z.union([address, z.literal("")]),
  to: z.array(address).max(20),
});
type SmtpParams = z.infer<typeof params>;

export const smtpChannel: ChannelKind<SmtpParams> = {
  id: "smtp",
  params,
  needs: [],
  takes: [USER_NAME, PASSWORD_NAME],
  open: openSmtp,
};

function openSmtp({ host, port, from, to }: SmtpParams, secrets: AlertSecrets): AlertChannel {
  const isOwn = isLoopback(host);
  const user = secrets[USER_NAME];
  const pass = secrets[PASSWORD_NAME];
  const transport = nodemailer.createTransport({
    ...{ host, port, secure: !isOwn && port === TLS_PORT, requireTLS: !isOwn, ignoreTLS: isOwn },
    tls: { rejectUnauthorized: true },
    ...(user === undefined || pass === undefined
      ? {}
      : { auth: { user: user.reveal(), pass: pass.reveal() } }),
    ...{ connectionTimeout: WITHIN_MS, greetingTimeout: WITHIN_MS, socketTimeout: WITHIN_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    async send({ id, subject, body: text, html, level }): Promise<SendResult> {
      try {
        const messageId = `<${id}@${from.split("@")[1]}>`;
        const priority = level === "critical" ? "high" : "normal";
        const headers = { "Auto-Submitted": "auto-generated" };
        const words = { subject, text, ...(html === undefined ? {} : { html }) };
        await transport.sendMail({ from, to: [...to], ...words, messageId, priority, headers });
        return { ok: true };
      } catch (error) {
        const isOfMessage = isRefusedText(error);
        return { ok: false, reason: safeReason(error, secrets), ...(isOfMessage ? { isOfMessage } : {}) };
      }
    },
    close: () => transport.close(),
  };
}

/** Refused for what it says: the server took its sender and its receivers. */
function isRefusedText(error: unknown): boolean {
  const { code, command, responseCode } = error as { code?: string; command?: string; responseCode?: number };
  return code === "EMESSAGE" && command === "DATA" && (responseCode ?? 0) >= 550;
}
