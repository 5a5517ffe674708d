/**
 * Goal    nothing but the one right combination of mode, settings, key, base URL and arm file opens the way to money.
 * Method  the whole cross product, each refused locally with one line and exit 2 or 3; then the ways of a `.env`.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { liveHosts, paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import { InputError } from "../../domain/assert.ts";
import { type Config, loadConfig } from "../config.ts";
import { tradedConfig } from "../traded-config.ts";
import { tradingHash } from "../trading-hash.ts";
import { arm, armPath, requireArmed } from "./arm-file.ts";
import { type AccountMode, requirePermit } from "./interlock.ts";

const base = mkdtempSync(join(tmpdir(), "plimsoll-interlock-"));
const root = join(base, "var");
const NOW = Date.parse("2026-11-18T15:00:00Z");
const DAY_MS = 86_400_000;
const ACCOUNT = "123456789";
beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, "run"), { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const configs = new Map<string, Config>();
/** Each once: reading a configuration is what costs here. */
function traded(mode: AccountMode, said: string): Config {
  const found = configs.get(`${mode} ${said}`);
  if (found !== undefined) return found;
  const config = tradedConfig(loadConfig({ assignments: [`mode=${said}`] }), mode);
  configs.set(`${mode} ${said}`, config);
  return config;
}
const liveHash = tradingHash(traded("live", "live"));
const armIt = (at = NOW, hash = liveHash) =>
  arm(root, { typed: ACCOUNT, account: ACCOUNT, configHash: hash, nowMs: at });

const armFiles: Readonly<Record<string, () => void>> = {
  none: () => undefined,
  valid: () => void armIt(),
  "of other settings": () => void armIt(NOW, "0123456789abcdef"),
  expired: () => void armIt(NOW - 31 * DAY_MS),
  "from the future": () => void armIt(NOW + 2 * DAY_MS),
  "open to others": () => {
    armIt();
    chmodSync(armPath(root), 0o644);
  },
  broken: () => writeFileSync(armPath(root), "{", { mode: 0o600 }),
  "of no account": () =>
    writeFileSync(armPath(root), JSON.stringify({ account: "", configHash: liveHash, until: "2026-12-01" }), {
      mode: 0o600,
    }),
};
const keys = { PK: "PKABCDEFGH", AK: "AKABCDEFGH", other: "XXABCDEFGH", none: undefined };
const urls = {
  none: undefined,
  paper: paperHosts.trading,
  live: liveHosts.trading,
  other: "https://example.com",
};

interface Combination {
  readonly mode: AccountMode;
  readonly said: "demo" | "paper" | "live";
  readonly key: keyof typeof keys;
  readonly url: keyof typeof urls;
  readonly armFile: string;
}

const combinations: Combination[] = (["paper", "live"] as const).flatMap((mode) =>
  (["demo", "paper", "live"] as const).flatMap((said) =>
    (Object.keys(keys) as (keyof typeof keys)[]).flatMap((key) =>
      (Object.keys(urls) as (keyof typeof urls)[]).flatMap((url) =>
        Object.keys(armFiles).map((armFile) => ({ mode, said, key, url, armFile })),
      ),
    ),
  ),
);

const isRight = ({ mode, said, key, url, armFile }: Combination): boolean =>
  mode === "paper"
    ? key === "PK" && (url === "none" || url === "paper")
    : said === "live" && key === "AK" && (url === "none" || url === "live") && armFile === "valid";

function outcome({ mode, said, key, url, armFile }: Combination): InputError | "permitted" {
  rmSync(armPath(root), { force: true });
  armFiles[armFile]?.();
  const env = {
    ALPACA_API_KEY: keys[key],
    ALPACA_SECRET_KEY: keys[key] === undefined ? undefined : "secret",
    APCA_API_BASE_URL: urls[url],
  };
  try {
    const permit = requirePermit({ mode, traded: traded(mode, said), root, env, folder: base, nowMs: NOW });
    expect(permit.hosts.trading).toBe(mode === "live" ? liveHosts.trading : paperHosts.trading);
    expect(permit.armed?.account).toBe(mode === "live" ? ACCOUNT : undefined);
    return "permitted";
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

describe(`${combinations.length} combinations`, () => {
  it("only the right ones pass, each other is one line with exit 2 or 3", () => {
    const wrong: string[] = [];
    let passed = 0;
    for (const each of combinations) {
      const came = outcome(each);
      const what = JSON.stringify(each);
      if (came === "permitted") {
        passed += 1;
        if (!isRight(each)) wrong.push(`${what} passed`);
        continue;
      }
      if (isRight(each)) wrong.push(`${what} was refused: ${came.message}`);
      if (!/^mode (paper|live)/.test(came.message) || came.message.includes("\n")) wrong.push(came.message);
      if (came.exitCode !== 3 && came.exitCode !== 2) wrong.push(`${what}: exit ${came.exitCode}`);
      if (/secret|ABCDEFGH/.test(came.message)) wrong.push(`${what} tells a key`);
    }
    expect(wrong).toEqual([]);
    expect(passed).toBe(combinations.filter(isRight).length);
    expect(passed).toBeGreaterThan(10);
  });
});

describe("a .env", () => {
  const text = "ALPACA_API_KEY=PKABCDEFGH\nALPACA_SECRET_KEY=secret\n";
  const permit = () =>
    requirePermit({
      mode: "paper",
      traded: traded("paper", "demo"),
      root,
      env: {},
      folder: base,
      nowMs: NOW,
    });

  it.each([0o600, 0o400])("of mode %o is read, in the root or in the current folder", (mode) => {
    for (const path of [join(root, ".env"), join(base, ".env")]) {
      writeFileSync(path, text);
      chmodSync(path, mode);
      expect(permit().credentials.keyId.reveal()).toBe("PKABCDEFGH");
      rmSync(path);
    }
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o700, 0o666])("of mode %o is refused with its cure", (mode) => {
    const path = join(root, ".env");
    writeFileSync(path, text);
    chmodSync(path, mode);
    expect(permit).toThrow(`run: chmod 600 ${path}`);
  });

  it("as init makes it, without keys, says where they belong", () => {
    writeFileSync(join(root, ".env"), "ALPACA_API_KEY=\nALPACA_SECRET_KEY=\n", { mode: 0o600 });
    expect(permit).toThrow(/there are no keys; set ALPACA_API_KEY/);
  });
});

describe("the word of a person", () => {
  it("is the whole number, not its end, and holds thirty days to the millisecond", () => {
    for (const typed of ["", "6789", "12345678", "1234567890", "secret"])
      expect(() => arm(root, { typed, account: ACCOUNT, configHash: liveHash, nowMs: NOW })).toThrow(
        /not that of this account, which ends in 6789/,
      );
    expect(() => requireArmed(root, liveHash, NOW)).toThrow(/is not there; run: plimsoll arm/);
    expect(
      arm(root, { typed: ` ${ACCOUNT}\n`, account: ACCOUNT, configHash: liveHash, nowMs: NOW }).until,
    ).toBe("2026-12-18T15:00:00.000Z");
    expect(requireArmed(root, liveHash, NOW + 30 * DAY_MS - 1).account).toBe(ACCOUNT);
    expect(() => requireArmed(root, liveHash, NOW + 30 * DAY_MS)).toThrow(/armed until 2026-12-18/);
  });

  it("made longer by hand holds no longer", () => {
    const long = { account: ACCOUNT, configHash: liveHash, until: "2031-01-01T00:00:00Z" };
    writeFileSync(armPath(root), JSON.stringify(long), { mode: 0o600 });
    expect(() => requireArmed(root, liveHash, NOW)).toThrow(/more than 30 days/);
  });
});
