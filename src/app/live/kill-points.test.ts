/**
 * Goal: the places to die at are none without their variable, strike once and in one process, and a word that names no
 * place starts nothing. Method: a death that only counts.
 */
import { describe, expect, it } from "vitest";
import { InputError } from "../../domain/assert.ts";
import { killPointsOf } from "./kill-points.ts";

function deaths(word: string | undefined, times: number): number {
  let died = 0;
  const points = killPointsOf("execute", word, () => {
    died += 1;
  });
  for (let n = 0; n < times; n++) points.reached("after-append");
  points.reached("after-step");
  return died;
}

describe("places to die at", () => {
  it("are none without the variable", () => {
    expect(deaths(undefined, 10)).toBe(0);
    expect(deaths("", 10)).toBe(0);
  });

  it("strike at the wanted time, and not before", () => {
    expect(deaths("execute:after-append:3", 2)).toBe(0);
    expect(deaths("execute:after-append:3", 3)).toBe(1);
    expect(deaths("execute:after-append", 1)).toBe(1);
  });

  it("leave the other processes alone", () => {
    expect(deaths("compute:before-append:1", 10)).toBe(0);
  });

  it.each(["execute", "execute:nowhere:1", "nobody:before-append:1", "execute:after-step:0", "toString:x:1"])(
    "%s names no place and starts nothing",
    (word) => {
      expect(() => deaths(word, 1)).toThrow(InputError);
    },
  );
});
