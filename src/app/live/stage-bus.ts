/**
 * How the stages of a run meet: over Unix sockets of one machine, or over the server that `bus.url` names, which is
 * loaded only then. The operator's door, the guardian and the HALT file stay with this machine either way.
 */
import type { LinkTerms } from "../../adapters/bus/bus-terms.ts";
import { LinkClient } from "../../adapters/bus/link-client.ts";
import { serveLinks } from "../../adapters/bus/link-server.ts";
import { natsEnvironment } from "../../adapters/nats/nats-options.ts";
import type { StageContext } from "./stage-context.ts";

/** Who serves: the others come to it. */
export type Door = "ingest" | "execute";
export type DoorTerms = Omit<LinkTerms, "path" | "open">;

export interface StageBus {
  /** False: peers may be on other machines, and their process ids say nothing here. */
  readonly isLocal: boolean;
  /** Peers that are no stage, operators, always come to the socket of this machine. */
  serve(door: Door, terms: DoorTerms): Promise<void>;
  /** Keeps a link to whoever serves. */
  connect(door: Door, terms: DoorTerms): void;
  /** Ends all that was begun. */
  close(): Promise<void>;
}

/** Never waits for a server: stages start, and protect what is held, without one. */
export async function stageBus(context: StageContext): Promise<StageBus> {
  const { places } = context;
  const paths = { ingest: places.ingestSocket, execute: places.executeSocket };
  const begun: { close(): unknown }[] = [];
  const close = async () => {
    for (const each of begun.splice(0).reverse()) await each.close();
  };
  const serveHere = async (door: Door, terms: DoorTerms) =>
    void begun.push(await serveLinks({ ...terms, path: paths[door] }));
  const far = context.terms.config.bus.url === "" ? undefined : await farDoors(context);
  if (far === undefined)
    return {
      isLocal: true,
      serve: serveHere,
      connect: (door, terms) => void begun.push(new LinkClient({ ...terms, path: paths[door] })),
      close,
    };
  begun.push(far.line);
  return {
    isLocal: false,
    serve: async (door, terms) => {
      begun.push(far.serve(door, { ...terms, peers: terms.peers.filter(isStage) }));
      const peers = terms.peers.filter((role) => !isStage(role));
      if (peers.length > 0) await serveHere(door, { ...terms, peers });
    },
    connect: (door, terms) => void begun.push(far.dial(door, terms)),
    close,
  };
}

const isStage = (role: string): boolean => role === "ingest" || role === "compute" || role === "execute";

async function farDoors({ terms: { run, config }, role, log }: StageContext) {
  const { url } = config.bus;
  const [{ NatsLine }, { dialBusLinks, serveBusLinks }] = await Promise.all([
    import("../../adapters/nats/nats-line.ts"),
    import("../../adapters/nats/nats-links.ts"),
  ]);
  const place = { url, name: `plimsoll ${run} ${role}`, env: natsEnvironment(process.env) };
  const line = new NatsLine(place, (text) => log("warning", `${url}: ${text}`));
  return {
    line,
    serve: (name: Door, terms: DoorTerms) => serveBusLinks({ line, run, name }, terms),
    dial: (name: Door, terms: DoorTerms) => dialBusLinks({ line, run, name }, terms),
  };
}
