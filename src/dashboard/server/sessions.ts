/**
 * Who has shown the key (RELIABILITY 5). A cookie's value is chance; the server keeps its hash, so that the file of
 * sessions opens nothing. They outlive the dashboard's own restart and end with the hours or a logout.
 *
 * DS-1  A session is found until it is over by its hours, and never after, also when the clock was turned back.
 * DS-2  Without an act for the idle time it is not fresh: it may look and tighten, and loosens nothing without the key.
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";
import { privateText } from "./access-key.ts";

export interface SessionTerms {
  readonly path: string;
  readonly idleMs: number;
  readonly longestMs: number;
  /** Wall clock: sessions outlive the process. */
  readonly nowMs: () => number;
}

const sessionRow = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  beganMs: z.number(),
  actedMs: z.number(),
});
export type Session = Readonly<z.infer<typeof sessionRow>>;

const TOKEN_BYTES = 32;
/** The oldest give way: nobody has so many browsers. */
const MOST = 32;
/** A clock that is further back than this was turned. */
const SKEW_MS = 60_000;

export class Sessions {
  readonly #terms: SessionTerms;
  #held: Session[];

  constructor(terms: SessionTerms) {
    this.#terms = terms;
    this.#held = readSessions(terms.path);
  }

  /** The cookie's value; it is told to nobody else. */
  begin(): string {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const now = this.#terms.nowMs();
    this.#keep([...this.#held, { hash: hashOf(token), beganMs: now, actedMs: now }].slice(-MOST));
    return token;
  }

  find(token: string | undefined): Session | undefined {
    if (token === undefined || token.length > 200) return undefined;
    const hash = hashOf(token);
    const found = this.#held.find((session) => session.hash === hash);
    return found !== undefined && this.#isAlive(found) ? found : undefined;
  }

  isAlive(hash: string): boolean {
    const found = this.#held.find((session) => session.hash === hash);
    return found !== undefined && this.#isAlive(found);
  }

  isFresh({ actedMs }: Session): boolean {
    const idle = this.#terms.nowMs() - actedMs;
    return idle >= -SKEW_MS && idle <= this.#terms.idleMs;
  }

  endsAtMs({ beganMs }: Session): number {
    return beganMs + this.#terms.longestMs;
  }

  acted({ hash }: Session): void {
    const now = this.#terms.nowMs();
    this.#keep(this.#held.map((session) => (session.hash === hash ? { ...session, actedMs: now } : session)));
  }

  end({ hash }: Session): void {
    this.#keep(this.#held.filter((session) => session.hash !== hash));
  }

  #isAlive({ beganMs }: Session): boolean {
    const age = this.#terms.nowMs() - beganMs;
    return age >= -SKEW_MS && age <= this.#terms.longestMs;
  }

  #keep(sessions: readonly Session[]): void {
    this.#held = sessions.filter((session) => this.#isAlive(session));
    replaceFile(this.#terms.path, `${JSON.stringify(this.#held)}\n`);
  }
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** What cannot be read opens nothing: whoever was in gives the key again. */
function readSessions(path: string): Session[] {
  try {
    const parsed = z
      .array(sessionRow)
      .max(MOST)
      .safeParse(JSON.parse(privateText(path) ?? "[]"));
    return parsed.success ? parsed.data : [];
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) return [];
    throw error;
  }
}
