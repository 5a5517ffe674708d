/** Messages by subject, as links over a bus need them: in order from one sender to one hearer, but any may be lost. */
export interface MessageLine {
  /** False while the server cannot be reached: what is published then is dropped. */
  readonly isUp: boolean;
  publish(subject: string, bytes: Uint8Array): void;
  /** Returns what ends it. Holds over losses of the server. */
  subscribe(subject: string, heard: (bytes: Uint8Array, subject: string) => void): () => void;
  /** Told at each loss and each return of the server. Returns what ends it. */
  onState(told: (isUp: boolean) => void): () => void;
}
