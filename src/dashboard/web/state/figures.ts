/** Figures that several places show, made of one picture: each place reads the same name. */
import type { LimitUse, LinkPicture, Picture } from "../../contract/picture.ts";
import { rankOf } from "../words/levels.ts";

/** How far equity stands below the day's high, as a fraction of it; null: not known. */
export function belowHigh({ money }: Picture): number | null {
  if (money.equity === null || money.dayHigh === null || money.dayHigh <= 0) return null;
  return Math.max(0, 1 - money.equity / money.dayHigh);
}

/** By the id of its control, or by its label where the id is a rule's. */
export function limitOf(picture: Picture, id: string, label: RegExp): LimitUse | null {
  return (
    picture.limits.find((limit) => limit.id === id) ??
    picture.limits.find((limit) => label.test(limit.label)) ??
    null
  );
}

export const dayHighLimit = (picture: Picture): LimitUse | null => limitOf(picture, "C-29", /day.s? high/i);
export const dayBaseLimit = (picture: Picture): LimitUse | null => limitOf(picture, "C-30", /day.s? base/i);
export const grossLimit = (picture: Picture): LimitUse | null =>
  picture.limits.find((limit) => limit.group === "exposure" && /^gross/i.test(limit.label)) ?? null;

/** The three that the strip shows: market data, broker, guardian. */
export function stripLinks(
  picture: Picture,
): readonly { readonly name: string; readonly link: LinkPicture }[] {
  const wanted = [
    ["Feed", /^feed/],
    ["Broker", /^broker(?!-)/],
    ["Guardian", /^guardian/],
  ] as const;
  return wanted.flatMap(([name, id]) => {
    const link = picture.links.find((each) => id.test(each.id));
    return link === undefined ? [] : [{ name, link }];
  });
}

/** Milliseconds until the session opens or closes; null outside both. */
export function sessionLeft(
  picture: Picture,
  now: number,
): { readonly text: "left" | "to open"; readonly ms: number } | null {
  const opens = Date.parse(picture.session.opensAt);
  const closes = Date.parse(picture.session.closesAt);
  if (now < opens) return { text: "to open", ms: opens - now };
  return now < closes ? { text: "left", ms: closes - now } : null;
}

/** Entries are barred until an operator resumes: pausing adds nothing, what is wanted next is the way back. */
export const isHeldByOperator = (picture: Picture | null): boolean =>
  picture?.permission.claims.some(
    ({ liftedBy, scope, level }) =>
      liftedBy === "operator" &&
      scope === null &&
      level !== null &&
      rankOf(level) >= rankOf("NO_NEW_ENTRIES"),
  ) ?? false;
