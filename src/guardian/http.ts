/**
 * One HTTP request with a deadline over all of it, on the platform's own client: no redirect is followed, nothing is
 * tried twice, and every way to fail is one answer.
 */
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpAsk {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly deadlineMs: number;
}

const BODY_MAX_BYTES = 16 * 2 ** 20;

/** Rejects with an Error that says why there is no whole answer; the request may have had its effect. */
export function ask({ method, url, headers, body, deadlineMs }: HttpAsk): Promise<HttpAnswer> {
  const send = url.startsWith("https:") ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), deadlineMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(ending.signal.aborted ? new Error(`no answer within ${deadlineMs} ms`) : error);
    };
    const asked = send(url, { method, headers, signal: ending.signal }, (answer) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (piece: Buffer) => {
        bytes += piece.length;
        pieces.push(piece);
        if (bytes > BODY_MAX_BYTES) answer.destroy(new Error(`answer above ${BODY_MAX_BYTES} bytes`));
      });
      answer.on("error", fail);
      answer.on("end", () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString("utf8") });
      });
    });
    asked.on("error", fail);
    asked.end(body);
  });
}
