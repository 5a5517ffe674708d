/** The lists of every step: emptied, shortened and grown like any other, only cheaper. */
import { describe, expect, it } from "vitest";
import { empty, insertAt, removeAt } from "./small-list.ts";

const upTo = (length: number): number[] => Array.from({ length }, (_, n) => n);

describe("a small list", () => {
  it("is the same list after it was emptied, and has nothing in it", () => {
    const list = upTo(100);
    const same = list;
    empty(list);
    expect(same).toEqual([]);
    list.push(7);
    expect(same).toEqual([7]);
  });

  it.each([1, 2, 31, 32, 33, 34, 100])(
    "loses one of %i items as with splice, wherever it stands",
    (length) => {
      for (let place = 0; place < length; place++) {
        const list = upTo(length);
        removeAt(list, place);
        expect(list).toEqual(upTo(length).toSpliced(place, 1));
      }
    },
  );

  it("takes an item in as with splice, also behind the last", () => {
    for (let place = 0; place <= 5; place++) {
      const list = upTo(5);
      insertAt(list, place, 9);
      expect(list).toEqual(upTo(5).toSpliced(place, 0, 9));
    }
  });
});
