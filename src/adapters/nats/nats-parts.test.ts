/** Goal: values of any size cross a store of small ones and no other bytes stand under a name; keys stay unseen. */

import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BlobStore } from "./blob-store.ts";
import { natsEnvironment, natsOptions } from "./nats-options.ts";

describe("a blob store", () => {
  const values = new Map<string, Uint8Array>();
  const blobs = new BlobStore({
    put: async (name, bytes) => void values.set(name, bytes),
    get: async (name) => values.get(name),
  });

  it("gives back what was put, in pieces that a server takes", async () => {
    const large = { noise: randomBytes(1_500_000).toString("base64") };
    for (const value of [null, [], { a: [1, 2.5, "ü"] }, large])
      expect(await blobs.get(await blobs.put(value))).toEqual(value);
    const sizes = [...values.values()].map(({ length }) => length);
    expect([sizes.length > 8, Math.max(...sizes) <= 512 * 1024]).toEqual([true, true]);
  });

  it("knows other bytes under a name, a missing piece, and what unpacks without end", async () => {
    const name = await blobs.put({ a: 1 });
    values.set(`blob.${name}.0`, gzipSync('{"a":2}'));
    expect(await blobs.get(name)).toBeUndefined();
    values.set(`blob.${name}.0`, gzipSync(Buffer.alloc(300 * 2 ** 20)));
    expect(await blobs.get(name)).toBeUndefined();
    values.delete(`blob.${name}.0`);
    expect(await blobs.get(name)).toBeUndefined();
    for (const count of ["", "0", "-1", "1e9", "x"]) {
      values.set(`blob.${name}`, Buffer.from(count));
      expect(await blobs.get(name)).toBeUndefined();
    }
  });
});

describe("the way to the server", () => {
  const place = (url: string, env = {}) => natsOptions({ url, name: "n", env });

  it("takes keys from the environment, and only those that are for it", () => {
    const env = { NATS_USER: "me", NATS_PASSWORD: "x", HOME: "/root", NATS_TOKEN: "" };
    expect(natsEnvironment(env)).toEqual({ NATS_USER: "me", NATS_PASSWORD: "x" });
    expect(place("nats://127.0.0.1:4222", env)).toMatchObject({ user: "me", pass: "x" });
    expect(place("tls://bus.example.net", { NATS_TOKEN: "t" })).toMatchObject({ token: "t", tls: {} });
  });

  it.each([
    ["nats://10.0.0.5:4222", { NATS_USER: "me", NATS_PASSWORD: "hunter2" }, "in the clear; use tls://"],
    ["nats://10.0.0.5:4222", { NATS_TOKEN: "hunter2" }, "in the clear; use tls://"],
    ["tls://a:1", { NATS_USER: "me" }, "NATS_USER is set alone"],
    ["tls://a:1", { NATS_USER: "me", NATS_PASSWORD: "hunter2", NATS_TOKEN: "hunter2" }, "are both set"],
    ["tls://a:1", { NATS_CERT: "/none" }, "set both or none"],
    ["tls://a:1", { NATS_CA: "/none" }, "NATS_CA=/none: cannot be read"],
  ])("%s with %j is refused in one line without the key", (url, env, says) => {
    expect(() => place(url, env)).toThrow(says);
    expect(() => place(url, env)).not.toThrow("hunter2");
  });
});
