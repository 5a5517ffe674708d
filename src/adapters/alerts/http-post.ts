/**
 * One POST of an alert: TLS but to this machine, the certificate verified, no redirect followed, bounded in
 * time.
 */
import type { SendResult } from "../../domain/alert.ts";
import { RealTransport } from "../net/real-transport.ts";
import { type AlertSecrets, isLoopback, safeReason } from "./channel.ts";

const WITHIN_MS = 10_000;
const SAID_MAX = 120;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class HttpPoster {
  readonly #transport = new RealTransport();
  readonly #secrets: AlertSecrets;

  constructor(secrets: AlertSecrets) {
    this.#secrets = secrets;
  }

  async post({ url, headers, body }: Post): Promise<SendResult> {
    const wrong = wrongAddress(url);
    if (wrong !== undefined) return { ok: false, reason: wrong };
    try {
      const signal = AbortSignal.timeout(WITHIN_MS);
      const { status, body: said } = await this.#transport.request({
        method: "POST",
        url,
        headers,
        body,
        signal,
      });
      if (status >= 200 && status < 300) return { ok: true };
      const reason = safeReason(`answered ${status}: ${said.slice(0, SAID_MAX)}`, this.#secrets);
      // What is wrong with this text alone is not tried again for ever; doors that are shut may open.
      return {
        ok: false,
        reason,
        ...(status === 400 || status === 413 || status === 422 ? { isOfMessage: true } : {}),
      };
    } catch (error) {
      return { ok: false, reason: safeReason(error, this.#secrets) };
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** Never with the address in it: it may be the secret. */
function wrongAddress(url: string): string | undefined {
  if (!URL.canParse(url)) return "its address is no URL";
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return undefined;
  return "its address must begin with https://";
}
