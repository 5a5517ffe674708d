/**
 * A line that can be cut or frozen, in front of a server of ours: bytes go through it both ways until somebody drops
 * every connection, or holds them, so that both ends stay open and nothing arrives any more.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isHeld = false;

  constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (bytes) => {
          if (!this.#isHeld) to.write(bytes);
        });
        from.on("error", () => undefined);
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What was sent while it was held is lost. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  close(): Promise<void> {
    this.drop();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
