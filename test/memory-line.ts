/** A server of messages in this process: in order, each once, unless it is told to lose some or to be away. */
import type { MessageLine } from "../src/adapters/nats/message-line.ts";

interface Heard {
  readonly subject: string;
  readonly take: (bytes: Uint8Array, subject: string) => void;
}

export class MemoryBus {
  readonly #heard = new Set<Heard>();
  readonly #watchers = new Set<(isUp: boolean) => void>();
  #isUp = true;
  /** Says of each message whether it gets lost. */
  loses: (subject: string, bytes: Uint8Array) => boolean = () => false;
  /** Of pieces with data. */
  bytes = 0;

  get isUp(): boolean {
    return this.#isUp;
  }

  set isUp(isUp: boolean) {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    for (const told of [...this.#watchers]) told(isUp);
  }

  /** A process's own line to it. `isMute`: what it says and hears is lost, as of one that stands still. */
  line(isMute: () => boolean = () => false): MessageLine {
    const bus = this;
    return {
      get isUp() {
        return bus.#isUp;
      },
      publish: (subject, given) => {
        if (!bus.#isUp || isMute() || bus.loses(subject, given)) return;
        const bytes = Uint8Array.from(given);
        bus.bytes += bytes.length;
        queueMicrotask(() => {
          for (const each of [...bus.#heard])
            if (each.subject === subject && bus.#isUp) each.take(bytes, subject);
        });
      },
      subscribe: (subject, take) => {
        const heard: Heard = {
          subject,
          take: (bytes, name) => {
            if (!isMute()) take(bytes, name);
          },
        };
        bus.#heard.add(heard);
        return () => bus.#heard.delete(heard);
      },
      onState: (told) => {
        bus.#watchers.add(told);
        return () => bus.#watchers.delete(told);
      },
    };
  }
}
