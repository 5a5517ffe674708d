/** Goal: the address of the bus is one, holds no key, and belongs to no result. */
import { describe, expect, it } from "vitest";
import { checked, loadConfig, resultHash } from "./config.ts";

describe("bus.url", () => {
  const withUrl = (url: unknown) => checked({ ...loadConfig(), bus: { url, elsewhere: [] } });

  it.each(["", "nats://127.0.0.1:4222", "tls://bus.example.net", "nats://[::1]:4222"])("may be %j", (url) => {
    expect(withUrl(url).bus.url).toBe(url);
  });

  it.each([
    "localhost",
    "http://a:1",
    "nats://",
    "nats://me:hunter2@a:1",
    "nats://hunter2@a",
    "nats://a:1/x",
  ])("%j is refused, and a key in it is not repeated", (url) => {
    expect(() => withUrl(url)).toThrow(/bus.url = .*must be nats:\/\/host:port/);
    expect(() => withUrl(url)).not.toThrow("hunter2");
  });

  it("does not belong to a result: the same on one machine and on several", () => {
    expect(resultHash(withUrl("nats://a:1"))).toBe(resultHash(loadConfig()));
  });
});

it("bus.elsewhere needs a bus", () => {
  const elsewhere = (url: string) => checked({ ...loadConfig(), bus: { url, elsewhere: ["compute"] } });
  expect(elsewhere("nats://a:1").bus.elsewhere).toEqual(["compute"]);
  expect(() => elsewhere("")).toThrow(/bus.elsewhere = compute: needs bus.url/);
});
