/** Regimes over price as one picture: a closed file, readable in black and white by the strip's heights. */
import type { RegimeProbabilities } from "../models/regime/regime-model.ts";

export interface PicturedDay {
  /** ISO date. */
  readonly date: string;
  /** Points or dollars, above 0. */
  readonly close: number;
  /** As known after the close of this day. */
  readonly regime: RegimeProbabilities;
}

type Regime = "bull" | "neutral" | "bear";

const WIDTH = 1200;
const HEIGHT = 460;
const LEFT = 56;
const RIGHT = 16;
const TOP = 44;
const BOTTOM = 348;
const STRIP = 372;
/** Height of a regime in the strip: the worse, the taller. */
const strip: Readonly<Record<Regime, number>> = { bull: 12, neutral: 26, bear: 48 };
const fill: Readonly<Record<Regime, string>> = { bull: "#cfe3f5", neutral: "#ececec", bear: "#f6c9a8" };
const words: Readonly<Record<Regime, string>> = { bull: "Bull", neutral: "Neutral", bear: "Bear" };

/** An SVG of 1200 x 460. Days without a model are left white. */
export function regimePicture(title: string, days: readonly PicturedDay[]): string {
  const closes = days.map(({ close }) => Math.log(close));
  const [low, high] = [Math.min(...closes), Math.max(...closes)];
  const x = (day: number) => LEFT + ((WIDTH - LEFT - RIGHT) * day) / Math.max(1, days.length - 1);
  const y = (logClose: number) => BOTTOM - ((BOTTOM - TOP) * (logClose - low)) / Math.max(1e-9, high - low);
  const spans = spansOf(days);
  const line = closes.map((close, day) => `${x(day).toFixed(1)},${y(close).toFixed(1)}`).join(" ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      `font-family="Inter, system-ui, sans-serif" font-size="12" fill="#17222d">`,
    `<title>${title}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">${title}</text>`,
    ...legend(),
    ...spans.flatMap(({ regime, from, to }) => {
      const at = `x="${x(from).toFixed(1)}" width="${Math.max(0.6, x(to) - x(from)).toFixed(1)}"`;
      const height = strip[regime];
      return [
        `<rect ${at} y="${TOP}" height="${BOTTOM - TOP}" fill="${fill[regime]}"/>`,
        `<rect ${at} y="${STRIP + 50 - height}" height="${height}" fill="#3c5064"/>`,
      ];
    }),
    ...priceMarks(Math.exp(low), Math.exp(high)).map((price) => {
      const at = y(Math.log(price)).toFixed(1);
      return (
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#fff" stroke-opacity=".8"/>` +
        `<text x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">${price}</text>`
      );
    }),
    ...yearMarks(days).map(
      ({ day, year }) =>
        `<text x="${x(day).toFixed(1)}" y="${HEIGHT - 12}" text-anchor="middle">${year}</text>`,
    ),
    `<polyline points="${line}" fill="none" stroke="#17222d" stroke-width="1.2"/>`,
    "</svg>",
  ].join("\n");
}

/** Runs of days with one likeliest regime; `to` is the first day after one. */
function spansOf(days: readonly PicturedDay[]): { regime: Regime; from: number; to: number }[] {
  const spans: { regime: Regime; from: number; to: number }[] = [];
  for (const [day, { regime: known }] of days.entries()) {
    const regime = likeliest(known);
    if (regime === undefined) continue;
    const last = spans.at(-1);
    if (last?.regime === regime && last.to === day) last.to = day + 1;
    else spans.push({ regime, from: day, to: day + 1 });
  }
  return spans;
}

/** Undefined while no model knows anything. */
export function likeliest({ bull, neutral, bear }: RegimeProbabilities): Regime | undefined {
  if (Number.isNaN(bull)) return undefined;
  if (bear >= neutral && bear >= bull) return "bear";
  return bull >= neutral ? "bull" : "neutral";
}

const legend = (): string[] =>
  (["bull", "neutral", "bear"] as const).map(
    (regime, k) =>
      `<rect x="${WIDTH - 260 + 84 * k}" y="12" width="14" height="14" fill="${fill[regime]}"/>` +
      `<text x="${WIDTH - 240 + 84 * k}" y="24">${words[regime]}</text>`,
  );

/** 1, 2 and 5 times powers of ten. */
function priceMarks(low: number, high: number): number[] {
  const powers = Array.from({ length: 9 }, (_, k) => 10 ** k);
  return powers.flatMap((ten) => [ten, 2 * ten, 5 * ten]).filter((price) => price >= low && price <= high);
}

/** First days of every fourth year. */
function yearMarks(days: readonly PicturedDay[]): { day: number; year: string }[] {
  return days.flatMap(({ date }, day) => {
    const year = date.slice(0, 4);
    const isNew = day > 0 && days[day - 1]!.date.slice(0, 4) !== year;
    return isNew && Number(year) % 4 === 0 ? [{ day, year }] : [];
  });
}
