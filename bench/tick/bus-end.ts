/** Compute's end of the bus bench: sends echoes back, counts the rest. Its word is a socket's path or a bus. */
import type { LinkTerms } from "../../src/adapters/bus/bus-terms.ts";
import { LinkClient } from "../../src/adapters/bus/link-client.ts";
import { dialBusLinks } from "../../src/adapters/nats/nats-links.ts";
import { RealClock } from "../../src/adapters/net/real-clock.ts";
import { linkBounds } from "../../src/app/live/frames.ts";
import { benchLine, ECHO_KIND, helloOf, LAST_KIND_OF_BURST } from "./link-terms.ts";

const place = process.argv[2] ?? "";
const terms: Omit<LinkTerms, "path"> = {
  hello: () => helloOf("compute"),
  ...{ peers: ["execute"], bounds: linkBounds, clock: new RealClock() },
  events: {
    up: () => undefined,
    frame: (kind, payload, link) => {
      if (kind === ECHO_KIND || kind === LAST_KIND_OF_BURST) link.send(ECHO_KIND, payload);
    },
    down: () => process.exit(0),
    refused: () => process.exit(1),
  },
};
if (place.startsWith("nats:")) dialBusLinks({ line: benchLine(place), run: "bench", name: "execute" }, terms);
else new LinkClient({ ...terms, path: place });
