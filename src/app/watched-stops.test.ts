/** Goal: nobody believes that a virtual stop was watched where no trade could be seen. */
import { expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { refuseUnwatched } from "./watched-stops.ts";

const virtual = loadConfig({ assignments: ["execution.stops=virtual"] });

it("a run over bars refuses virtual stops and names the cure", () => {
  expect(() => refuseUnwatched(virtual, "say so")).toThrow(/execution\.stops = virtual: .*; say so/);
});

it("stops that rest at the venue need nobody who watches", () => {
  expect(() => refuseUnwatched(loadConfig(), "")).not.toThrow();
});
