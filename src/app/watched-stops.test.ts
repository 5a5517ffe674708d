/** Goal: nobody believes that a virtual stop was watched where no trade could be seen. */
import { expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { demoConfig } from "./demo.ts";
import { refuseUnwatched } from "./watched-stops.ts";

const virtual = loadConfig({ assignments: ["execution.stops=virtual"] });

it("a demo over bars refuses virtual stops and names the cure", () => {
  expect(() => demoConfig(virtual)).toThrow(/execution\.stops = virtual: .*; set execution\.stops to venue/);
  expect(() => demoConfig(loadConfig())).not.toThrow();
});

it("stops that rest at the venue need nobody who watches", () => {
  expect(() => refuseUnwatched(loadConfig(), "")).not.toThrow();
});
