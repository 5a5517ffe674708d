/**
 * Listens on a Unix socket of the account's own (0600). The socket gets its name when it is ready, by renaming: nobody
 * meets one that is half made. A name that a dead process left is taken over, one that answers is not.
 */
import { chmodSync, renameSync, rmSync, statSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { makeFolder, reasonOf } from "../durable-file.ts";
import type { LinkTerms } from "./bus-terms.ts";
import { SocketLink } from "./socket-link.ts";

/** Systems allow 103 bytes at least; the name that a socket has before it is ready is longer. */
const PATH_BYTES_MAX = 90;
/** A server that hears nothing at all; more connections than that are a broken peer. */
const CONNECTIONS_MAX = 32;

export interface LinkServer {
  /** Cuts every link and removes the socket. Peers are told nothing but the end. */
  close(): Promise<void>;
}

/** Resolves when clients can connect. Throws InputError (exit 1) when another process answers there. */
export async function serveLinks(terms: LinkTerms): Promise<LinkServer> {
  const { path } = terms;
  checkPath(path);
  makeFolder(dirname(path));
  if (await answers(path)) {
    throw new InputError(`another process answers at ${path}; stop it, or give another root`, 1);
  }
  const links = new Set<SocketLink>();
  const server = createServer((socket) => {
    const link: SocketLink = new SocketLink(socket, terms, { ended: () => links.delete(link) });
    links.add(link);
  });
  server.maxConnections = CONNECTIONS_MAX;
  const unready = `${path}.${process.pid}`;
  rmSync(unready, { force: true });
  await listen(server, unready);
  chmodSync(unready, 0o600);
  renameSync(unready, path);
  const { ino } = statSync(path);
  return {
    close() {
      for (const link of links) link.cut("this process is stopping");
      // Another server may have taken the name over.
      if (statSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function checkPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= PATH_BYTES_MAX) return;
  throw new InputError(
    `${path}: a socket's path has at most ${PATH_BYTES_MAX} bytes, not ${bytes}; use a shorter root`,
  );
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new InputError(`${path}: nothing can listen here (${reasonOf(error)}); give another root`, 1));
    });
    server.listen(path, resolve);
  });
}

/** True when a living process has the socket open. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe: Socket = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    // Full is not dead: EAGAIN comes from a server whose backlog is full.
    probe.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ENOENT" && error.code !== "ECONNREFUSED" && error.code !== "ENOTSOCK");
    });
  });
}
