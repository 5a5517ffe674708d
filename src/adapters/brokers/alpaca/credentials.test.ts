/** Goal: a key never leaves for a place that it does not belong to, and is never printed (C-59). */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../test/scratch-folder.ts";
import { InputError } from "../../../domain/assert.ts";
import { readCredentials, readGuardianCredentials, requireAgreement } from "./credentials.ts";
import { type AlpacaHosts, type AlpacaMode, demoHosts, liveHosts, paperHosts } from "./hosts.ts";
import { Secret } from "./secret.ts";

const keys = (keyId: string, baseUrl?: string) => ({
  keyId: new Secret(keyId),
  secretKey: new Secret("s3cretCanary/value"),
  ...(baseUrl === undefined ? {} : { baseUrl }),
});
const PAPER = "PKCANARY00000001";
const LIVE = "AKCANARY00000001";

function refusalOf(act: () => unknown): InputError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
}

describe("key, host and mode", () => {
  const hosts: Readonly<Record<string, AlpacaHosts>> = {
    paper: paperHosts,
    live: liveHosts,
    demo: demoHosts("http://127.0.0.1:4100"),
    elsewhere: { ...paperHosts, trading: "https://paper-api.alpaca.markets.example.com" },
    mixed: { ...paperHosts, tradingStream: liveHosts.tradingStream },
    plain: { ...paperHosts, trading: "http://paper-api.alpaca.markets" },
    spoofed: demoHosts("http://127.0.0.1@example.com"),
    remote: demoHosts("http://192.168.0.4:4100"),
  };
  const agreeing = new Set(["paper paper PK", "live live AK", "demo demo PK", "demo demo ??"]);
  const modes: readonly AlpacaMode[] = ["demo", "paper", "live"];
  const keyIds = { PK: PAPER, AK: LIVE, "??": "demo-key" };

  it("agree in four combinations of 72, and every other one is refused in one line", () => {
    let seen = 0;
    for (const mode of modes)
      for (const [place, chosen] of Object.entries(hosts))
        for (const [kind, keyId] of Object.entries(keyIds)) {
          const refusal = refusalOf(() => requireAgreement(keys(keyId), chosen, mode));
          const name = `${mode} ${place} ${kind}`;
          expect([name, refusal === undefined]).toEqual([name, agreeing.has(name)]);
          if (refusal === undefined) continue;
          expect(refusal.exitCode).toBe(3);
          expect(refusal.message).toMatch(/^mode \w+ is refused: [^\n]+$/);
          expect(refusal.message).not.toContain(keyId);
          seen += 1;
        }
    expect(seen).toBe(68);
  });

  it("include the base URL that the user set", () => {
    expect(
      refusalOf(() => requireAgreement(keys(PAPER, paperHosts.trading), paperHosts, "paper")),
    ).toBeUndefined();
    const refusal = refusalOf(() => requireAgreement(keys(PAPER, liveHosts.trading), paperHosts, "paper"));
    expect(refusal?.message).toContain("APCA_API_BASE_URL is api.alpaca.markets");
  });
});

describe("keys", () => {
  const pair = { ALPACA_API_KEY: PAPER, ALPACA_SECRET_KEY: "abc" };

  it("are taken from the environment by either name", () => {
    expect(readCredentials(pair)?.keyId.reveal()).toBe(PAPER);
    const other = {
      APCA_API_KEY_ID: PAPER,
      APCA_API_SECRET_KEY: "abc",
      APCA_API_BASE_URL: "https://a.example/v2/",
    };
    expect(readCredentials(other)?.secretKey.reveal()).toBe("abc");
    expect(readCredentials(other)?.baseUrl).toBe("https://a.example");
    expect(readCredentials({ ALPACA_API_KEY: "" })).toBeUndefined();
  });

  it("in halves, in two spellings that differ, or with a space are refused without being shown", () => {
    const wrong = [
      { ALPACA_API_KEY: PAPER },
      { ALPACA_SECRET_KEY: "abc" },
      { ...pair, APCA_API_KEY_ID: LIVE },
      { ...pair, ALPACA_SECRET_KEY: "abc def" },
    ];
    for (const environment of wrong) {
      const refusal = refusalOf(() => readCredentials(environment));
      expect(refusal?.exitCode).toBe(2);
      expect(refusal?.message).not.toMatch(/CANARY|abc/);
    }
  });

  it("come from a file that only its owner can read; any other mode is refused with the cure", () => {
    const file = join(scratchFolder("plimsoll-keys-"), "keys.env");
    writeFileSync(file, `# mine\nexport ALPACA_API_KEY="${PAPER}"\nALPACA_SECRET_KEY=abc\n`, { mode: 0o600 });
    expect(readCredentials({}, file)?.keyId.reveal()).toBe(PAPER);
    expect(readCredentials({ ...pair, ALPACA_SECRET_KEY: "mine" }, file)?.secretKey.reveal()).toBe("mine");
    for (const mode of [0o644, 0o640, 0o604, 0o660, 0o700]) {
      chmodSync(file, mode);
      const refusal = refusalOf(() => readCredentials({}, file));
      expect(refusal?.message).toContain(`has mode 0${mode.toString(8)}, allowed is 0600; run: chmod 600`);
    }
    expect(readCredentials({}, `${file}.missing`)).toBeUndefined();
  });

  it("of the guardian's own are a pair under their own names, by the same rules", () => {
    const own = { ALPACA_GUARDIAN_KEY_ID: PAPER, ALPACA_GUARDIAN_SECRET_KEY: "abc" };
    expect(readGuardianCredentials({ ...pair, ...own })?.keyId.reveal()).toBe(PAPER);
    expect(readGuardianCredentials(pair)).toBeUndefined();
    expect(readCredentials(own)).toBeUndefined();
    const wrong = [
      { ALPACA_GUARDIAN_KEY_ID: PAPER },
      { ALPACA_GUARDIAN_SECRET_KEY: "abc" },
      { ...own, ALPACA_GUARDIAN_SECRET_KEY: "abc def" },
    ];
    for (const environment of wrong) {
      const refusal = refusalOf(() => readGuardianCredentials(environment));
      expect(refusal?.exitCode).toBe(2);
      expect(refusal?.message).not.toMatch(/CANARY|abc/);
    }
    const file = join(scratchFolder("plimsoll-guardian-keys-"), "keys.env");
    const lines = Object.entries({ ...pair, ...own }).map(([name, value]) => `${name}=${value}`);
    writeFileSync(file, lines.join("\n"), { mode: 0o600 });
    // The environment names the engine's pair, the file the guardian's: each is looked for by itself.
    expect(readGuardianCredentials(pair, file)?.secretKey.reveal()).toBe("abc");
    chmodSync(file, 0o640);
    expect(refusalOf(() => readGuardianCredentials(own, file))?.message).toContain("allowed is 0600");
  });

  it("are three stars wherever they are printed", () => {
    const held = keys(PAPER);
    const prints = [
      `${held.keyId}`,
      JSON.stringify(held),
      inspect(held, { depth: 9, showHidden: true }),
      String(held.secretKey),
    ];
    for (const print of prints) expect(print).not.toMatch(/CANARY|s3cret/);
    expect(prints[1]).toBe('{"keyId":"***","secretKey":"***"}');
  });
});
