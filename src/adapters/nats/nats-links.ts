/**
 * Links between the processes of a run over a message line: the same hello, frames, queues and beats as over a Unix
 * socket. A door is a subject; who serves it says so when it comes and when the line comes back, so that peers whose
 * server died meet the next one at once.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { LinkTerms } from "../bus/bus-terms.ts";
import { LinkClient } from "../bus/link-client.ts";
import type { LinkServer } from "../bus/link-server.ts";
import { SocketLink } from "../bus/socket-link.ts";
import type { MessageLine } from "./message-line.ts";
import { NatsSocket } from "./nats-socket.ts";

/** A run's door on the bus. */
export interface BusDoor {
  readonly line: MessageLine;
  readonly run: string;
  /** Who serves there. */
  readonly name: string;
}

export type DoorTerms = Omit<LinkTerms, "path" | "open">;

const knock = z.strictObject({ role: z.string().min(1).max(40), inbox: z.string().min(1).max(200) });

const subjectOf = ({ run, name }: BusDoor): string => `plimsoll.live.${run}.${name}`;

/** One link per role of a peer: who knocks anew takes the place of the one before. */
export function serveBusLinks(door: BusDoor, terms: DoorTerms): LinkServer {
  const { line } = door;
  const subject = subjectOf(door);
  const server = randomUUID();
  const links = new Map<string, { readonly link: SocketLink; readonly outbox: string }>();
  const linkTerms: LinkTerms = { ...terms, path: subject };
  const knocked = (bytes: Uint8Array) => {
    const asked = readKnock(bytes);
    // The inbox is one of this door: nobody makes us write elsewhere.
    if (asked === undefined || !asked.inbox.startsWith(`${subject}.at.`)) return;
    const { role, inbox: outbox } = asked;
    if (!terms.peers.includes(role)) return;
    const before = links.get(role);
    if (before?.outbox === outbox) return;
    before?.link.cut("it connected anew");
    const inbox = `${subject}.at.${randomUUID()}`;
    const socket = NatsSocket.accept({ line, clock: terms.clock, inbox }, { outbox, server });
    const link: SocketLink = new SocketLink(socket, linkTerms, {
      ended: () => {
        if (links.get(role)?.link === link) links.delete(role);
      },
    });
    links.set(role, { link, outbox });
  };
  const tellHere = () => line.publish(`${subject}.here`, Buffer.from(server));
  const ends = [
    line.subscribe(`${subject}.knock`, knocked),
    line.subscribe(`${subject}.here`, (bytes) => {
      if (Buffer.from(bytes).toString("utf8") !== server)
        terms.events.refused(`another process serves ${door.name} of run ${door.run} on the same bus`);
    }),
    line.onState((isUp) => {
      if (isUp) tellHere();
    }),
  ];
  tellHere();
  return {
    async close() {
      for (const end of ends) end();
      for (const { link } of [...links.values()]) link.cut("this process is stopping");
    },
  };
}

/** Keeps one link to whoever serves the door. */
export function dialBusLinks(door: BusDoor, terms: DoorTerms): LinkClient {
  const subject = subjectOf(door);
  const { line } = door;
  return new LinkClient({
    ...terms,
    path: subject,
    open: () =>
      NatsSocket.dial(
        { line, clock: terms.clock, inbox: `${subject}.at.${randomUUID()}` },
        { door: `${subject}.knock`, here: `${subject}.here`, role: terms.hello().role },
      ),
  });
}

function readKnock(bytes: Uint8Array): z.infer<typeof knock> | undefined {
  try {
    return knock.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
}
