/** The operator's end of the door: one request, one answer, over execute's socket. */
import { randomUUID } from "node:crypto";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { LinkClient } from "../../adapters/bus/link-client.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { InputError } from "../../domain/assert.ts";
import type { ControlAnswer, ControlRequest } from "./control-words.ts";
import { FrameKind, linkBounds, textOf } from "./frames.ts";
import { type RunTerms, runPlaces, termsHash } from "./run-terms.ts";

/** What is asked, less its id. */
export type ControlQuestion = ControlRequest extends infer Request
  ? Request extends { readonly id: string }
    ? Omit<Request, "id">
    : never
  : never;

export class ControlClient {
  readonly #client: LinkClient;
  readonly #clock = new RealClock();
  readonly #waiting = new Map<string, (answer: ControlAnswer) => void>();
  #link: Link | undefined;
  #up = Promise.withResolvers<void>();
  #refusal: string | undefined;

  constructor(root: string, terms: RunTerms) {
    this.#client = new LinkClient({
      path: runPlaces(root).executeSocket,
      hello: () => ({
        role: "control",
        build: terms.build,
        config: termsHash(terms),
        run: terms.run,
        pid: process.pid,
        resumeFrom: 0,
      }),
      peers: ["execute"],
      bounds: linkBounds,
      clock: this.#clock,
      events: {
        up: (link) => {
          this.#link = link;
          this.#up.resolve();
        },
        frame: (kind, payload) => {
          if (kind === FrameKind.Answer) this.#answered(JSON.parse(textOf(payload)) as ControlAnswer);
        },
        down: () => {
          this.#link = undefined;
          this.#up = Promise.withResolvers<void>();
        },
        refused: (reason) => {
          this.#refusal = reason;
          this.#up.resolve();
        },
      },
    });
  }

  /**
   * Throws InputError (exit 1) when execute does not answer in time. With an `id` of the caller's the same act is one
   * act however often it is sent.
   */
  async ask(question: ControlQuestion, withinMs = 5000, id: string = randomUUID()): Promise<ControlAnswer> {
    const answer = Promise.withResolvers<ControlAnswer>();
    const late = new InputError("execute does not answer; is the system running? see: plimsoll status", 1);
    const timer = this.#clock.timer(withinMs, () => {
      this.#waiting.delete(id);
      answer.reject(late);
    });
    try {
      await Promise.race([this.#up.promise, answer.promise]);
      if (this.#refusal !== undefined) throw new InputError(`execute refuses: ${this.#refusal}`, 3);
      this.#waiting.set(id, (given) => answer.resolve(given));
      this.#link?.send(FrameKind.Request, JSON.stringify({ ...question, id }));
      return await answer.promise;
    } finally {
      timer.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #answered(answer: ControlAnswer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
