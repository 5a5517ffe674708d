/** One request to the page's own server: JSON in and out, a time-out, and its refusals as values. */

export type Reply<Answer> =
  | { readonly kind: "answer"; readonly status: number; readonly body: Answer }
  /** 401: no session, or the key that came with the request is wrong. */
  | { readonly kind: "ended"; readonly text: string }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "aborted" };

export interface Asked {
  readonly method?: "GET" | "POST";
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Statuses whose body is an answer to show, not a failure of the server. */
const spoken = new Set([200, 204, 400, 403, 404, 409]);

export async function request<Answer>(path: string, asked: Asked = {}): Promise<Reply<Answer>> {
  const { method = "GET", body, timeoutMs = 10_000, signal } = asked;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: {
        accept: "application/json",
        ...(method === "POST" ? { "content-type": "application/json", "x-plimsoll": "1" } : {}),
      },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 401) return { kind: "ended", text: spokenText(text) };
    if (!spoken.has(response.status)) return { kind: "failed", text: saidBy(response.status, text) };
    return {
      kind: "answer",
      status: response.status,
      body: (text === "" ? null : JSON.parse(text)) as Answer,
    };
  } catch (cause) {
    if (signal?.aborted === true) return { kind: "aborted" };
    return { kind: "failed", text: reasonOf(cause, timeoutMs) };
  }
}

function saidBy(status: number, text: string): string {
  const said = spokenText(text);
  return said === "" ? `The dashboard's server answered ${status}` : said.replace(/\.$/, "");
}

/** The sentence in an answer that refuses; empty: there is none. */
function spokenText(text: string): string {
  try {
    const found = JSON.parse(text) as { readonly text?: unknown };
    return typeof found?.text === "string" ? found.text : "";
  } catch {
    return "";
  }
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  const isSlow = cause instanceof DOMException && cause.name === "TimeoutError";
  return isSlow ? `No answer within ${timeoutMs / 1000} s` : "The dashboard's server does not answer";
}
