import { expect, test } from "vitest";
import type { LimitUse } from "../../contract/picture.ts";
import { familiesOf } from "./limit-families.ts";

const limit = (label: string, group: LimitUse["group"], use: number | null, most: number): LimitUse => ({
  id: label,
  label,
  group,
  unit: "count",
  use,
  limit: most,
  // biome-ignore lint/suspicious/noThenProperty: a word of the contract, no promise.
  then: "",
});

test("the nearest to its limit stands first in its family; a limit of zero in use before all, no data last", () => {
  const [loss, exposure] = familiesOf([
    limit("calm", "exposure", 1, 10),
    limit("blind", "exposure", null, 10),
    limit("near", "exposure", 9, 10),
    limit("barred", "exposure", 1, 0),
    limit("fall", "drawdown", 1, 2),
  ]);
  expect(loss?.name).toBe("Loss");
  expect(exposure?.limits.map((each) => each.label)).toEqual(["barred", "near", "calm", "blind"]);
});
