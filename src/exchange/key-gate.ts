/** Whether a key and a secret are the ones that were given out; takes as long to say no as to say yes. */
import { createHash, timingSafeEqual } from "node:crypto";

export class KeyGate {
  readonly #key: Buffer;
  readonly #secret: Buffer;

  constructor(key: string, secret: string) {
    this.#key = digest(key);
    this.#secret = digest(secret);
  }

  isAllowed(key: string, secret: string): boolean {
    return timingSafeEqual(digest(key), this.#key) && this.knows(secret);
  }

  /** The secret alone opens the admin paths. */
  knows(secret: string): boolean {
    return timingSafeEqual(digest(secret), this.#secret);
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
