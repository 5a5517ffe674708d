/** Goal: the log tells when each claim began and ended and by whom, whatever order they come and go in. */
import { describe, expect, it } from "vitest";
import type { EpochMicros } from "../domain/time.ts";
import { Authorities, type Claim } from "../risk/authority.ts";
import { ClaimLog } from "./claim-log.ts";

const at = (micros: number) => micros as EpochMicros;
const claim = (over: Partial<Claim> = {}): Claim => ({
  authority: "circuit_breakers",
  source: "rapid_loss",
  level: "NO_NEW_ENTRIES",
  scalar: 1,
  reason: "1.10% of 1.00%",
  since: at(100),
  until: at(200),
  liftedBy: "itself",
  ...over,
});

function watched(most?: number) {
  const log = new ClaimLog(most);
  const authorities = new Authorities((before, after) => log.changed(before, after));
  const ends = () => log.claims.map(({ endedAt, endedBy }) => [endedAt, endedBy]);
  return { log, authorities, ends };
}

describe("a claim", () => {
  it("stands open until it ends", () => {
    const { log, authorities, ends } = watched();
    authorities.raise(claim());
    expect(log.claims.map((entry) => entry.claim.reason)).toEqual(["1.10% of 1.00%"]);
    expect(ends()).toEqual([[undefined, undefined]]);
  });

  it("that lapses ended at its own time, not when somebody looked", () => {
    const { log, authorities, ends } = watched();
    authorities.raise(claim());
    log.reached(at(900));
    authorities.expire(at(900));
    expect(ends()).toEqual([[200, "lapsed"]]);
  });

  it("ended when its holder or an operator lifted it", () => {
    const { log, authorities, ends } = watched();
    authorities.raise(claim({ until: undefined }));
    authorities.raise(claim({ source: "day_loss", level: "HALTED", until: undefined, liftedBy: "operator" }));
    log.reached(at(150));
    authorities.lift("circuit_breakers", "rapid_loss", "itself");
    log.reached(at(160));
    authorities.lift("circuit_breakers", "day_loss", "operator");
    expect(ends()).toEqual([
      [150, "itself"],
      [160, "operator"],
    ]);
  });

  it("raised again at the same level is one; at another level the first was replaced", () => {
    const { log, authorities, ends } = watched();
    authorities.raise(claim());
    authorities.raise(claim({ since: at(120) }));
    expect(log.claims.length).toBe(1);
    authorities.raise(claim({ level: "FLATTEN", since: at(130) }));
    expect(ends()).toEqual([
      [130, "replaced"],
      [undefined, undefined],
    ]);
  });

  it("on one strategy is told apart from the same one on another", () => {
    const { log, authorities, ends } = watched();
    authorities.raise(claim({ scope: 0 }));
    authorities.raise(claim({ scope: 1 }));
    log.reached(at(150));
    authorities.lift("circuit_breakers", "rapid_loss", "itself", 1);
    expect(ends()).toEqual([
      [undefined, undefined],
      [150, "itself"],
    ]);
  });
});

it("a full log counts what it does not keep, and still ends what it keeps", () => {
  const { log, authorities, ends } = watched(1);
  authorities.raise(claim());
  authorities.raise(claim({ source: "day_loss" }));
  authorities.expire(at(200));
  expect([log.claims.length, log.dropped]).toEqual([1, 1]);
  log.reached(at(200));
  expect(ends()[0]?.[0]).toBeDefined();
});
