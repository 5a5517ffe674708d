/** Draws equity and its rungs with uPlot. It reads the tokens when it is made, and is made anew when they change. */
import type uPlotType from "uplot";
import type { LevelName } from "../../contract/picture.ts";
import { rankOf } from "../words/levels.ts";
import { clockMinute } from "../words/time.ts";
import {
  type EquityColumns,
  type EquityFacts,
  type EquityLabel,
  equityRange,
  hoursOf,
  spread,
} from "./equity-shape.ts";

export interface EquityDrawing {
  readonly facts: EquityFacts;
  readonly columns: EquityColumns;
  readonly labels: readonly EquityLabel[];
  readonly isSmall: boolean;
}

type Colours = Readonly<
  Record<"sea" | "ink" | "ink3" | "line" | "line2" | "g2" | "l2" | "l5" | "halt" | "surface", string>
>;

function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    sea: read("sea"),
    ink: read("ink"),
    ink3: read("ink-3"),
    line: read("line"),
    line2: read("line-2"),
    g2: read("g2"),
    l2: read("l2"),
    l5: read("l5"),
    halt: read("halt"),
    surface: read("surface"),
  };
}

const font = (size: number, weight = 450) =>
  `${weight} ${size}px "Inter Variable", Inter, system-ui, sans-serif`;

export class EquityChart {
  readonly #plot: uPlotType;
  readonly #colours = coloursNow();
  #drawing: EquityDrawing;

  /** `onhover` gets the place in the columns, or null. */
  constructor(
    uPlot: typeof uPlotType,
    host: HTMLElement,
    drawing: EquityDrawing,
    size: { readonly width: number; readonly height: number },
    onhover: (index: number | null) => void,
  ) {
    this.#drawing = drawing;
    this.#plot = new uPlot({ ...size, ...this.#options(uPlot, onhover) }, drawing.columns, host);
  }

  show(drawing: EquityDrawing): void {
    this.#drawing = drawing;
    this.#plot.setData(drawing.columns);
  }

  resize(size: { readonly width: number; readonly height: number }): void {
    this.#plot.setSize(size);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #options(
    uPlot: typeof uPlotType,
    onhover: (index: number | null) => void,
  ): Omit<uPlotType.Options, "width" | "height"> {
    const { sea, line2, g2 } = this.#colours;
    const isToday = () => this.#drawing.facts.answer.range === "today";
    const flat = { points: { show: false } };
    return {
      padding: [14, this.#drawing.isSmall ? 52 : 184, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "America/New_York"),
      scales: {
        x: { time: !isToday(), range: (_, low, high) => this.#times(low, high) },
        y: {
          range: () => {
            const { low, high } = equityRange(this.#drawing.facts, this.#drawing.columns);
            return [low, high];
          },
        },
      },
      axes: [this.#timeAxis(), { show: false }],
      series: [
        {},
        {
          stroke: sea,
          width: 1.75,
          fill: `color-mix(in srgb, ${sea} 13%, transparent)`,
          fillTo: (_, __, low) => this.#drawing.facts.base ?? low,
          ...flat,
        },
        { stroke: line2, width: 1, dash: [2, 3], ...flat },
        { stroke: g2, width: 1.75, ...flat, ...(stepped(uPlot) ?? {}) },
      ],
      hooks: {
        drawClear: [(plot) => this.#ground(plot)],
        draw: [(plot) => this.#over(plot)],
        setCursor: [(plot) => onhover(plot.cursor.idx ?? null)],
      },
    };
  }

  #times(low: number, high: number): [number, number] {
    const { answer, opensAt, closesAt } = this.#drawing.facts;
    if (answer.range === "today") return [Date.parse(opensAt) / 1000, Date.parse(closesAt) / 1000];
    return high > low ? [low, high] : [low - 1, low + 1];
  }

  #timeAxis(): uPlotType.Axis {
    const { ink3, line } = this.#colours;
    const { facts, isSmall } = this.#drawing;
    const today: uPlotType.Axis =
      facts.answer.range === "today"
        ? {
            splits: () => {
              const { opensAt, closesAt } = this.#drawing.facts;
              return [...hoursOf(opensAt, closesAt, isSmall)];
            },
            values: (_, splits) => splits.map((at) => clockMinute(at * 1000)),
          }
        : {};
    return {
      stroke: ink3,
      font: font(10.5),
      size: 22,
      gap: 6,
      align: 1,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      ...today,
    };
  }

  /** Under the curves: what lies past the lowest rung. */
  #ground(plot: uPlotType): void {
    const { base, answer } = this.#drawing.facts;
    if (base === null || answer.range !== "today") return;
    const y = plot.valToPos(base * (1 - answer.rungs.fromBase), "y", true);
    const { left, top, width, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.globalAlpha = 0.16;
    plot.ctx.fillStyle = this.#colours.halt;
    plot.ctx.fillRect(left, y, width, Math.max(0, top + height - y));
    plot.ctx.restore();
  }

  #over(plot: uPlotType): void {
    const { base, answer } = this.#drawing.facts;
    const { ctx } = plot;
    ctx.save();
    if (base !== null) this.#level(plot, base, this.#colours.line2, 1);
    if (base !== null && answer.range === "today")
      this.#level(plot, base * (1 - answer.rungs.fromBase), this.#colours.l5, 2.25);
    this.#marks(plot);
    this.#last(plot);
    this.#labels(plot);
    ctx.restore();
  }

  #level(plot: uPlotType, value: number, colour: string, width: number): void {
    const { left, width: across } = plot.bbox;
    const y = plot.valToPos(value, "y", true);
    this.#line(plot, colour, width, [left, y, left + across, y]);
  }

  #line(
    plot: uPlotType,
    colour: string,
    width: number,
    [x1, y1, x2, y2]: readonly [number, number, number, number],
  ): void {
    const { ctx } = plot;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  }

  #marks(plot: uPlotType): void {
    const { top, height, left, width } = plot.bbox;
    const taken: [number, number][] = [];
    plot.ctx.font = font(10.5 * devicePixelRatio, 600);
    for (const { at, text, level } of byGravity(this.#drawing.facts.answer.marks)) {
      const x = plot.valToPos(Date.parse(at) / 1000, "x", true);
      if (!(x >= left && x <= left + width)) continue;
      const isGrave = level === "HALTED" || level === "FLATTEN";
      const colour = level === null ? this.#colours.ink3 : isGrave ? this.#colours.l5 : this.#colours.g2;
      plot.ctx.globalAlpha = isGrave ? 1 : 0.7;
      this.#line(plot, colour, isGrave ? 1.5 : 1, [x, top, x, top + height]);
      plot.ctx.globalAlpha = 1;
      const shown = text.length > 36 ? `${text.slice(0, 35)}…` : text;
      const size = plot.ctx.measureText(shown).width + 12 * devicePixelRatio;
      const isRight = x + size > left + width;
      const [from, to] = isRight ? [x - size, x] : [x, x + size];
      if (taken.some(([start, end]) => from < end && to > start)) continue;
      taken.push([from, to]);
      this.#text(plot, shown, x + (isRight ? -6 : 6) * devicePixelRatio, top + 6 * devicePixelRatio, {
        colour: level === null ? this.#colours.ink3 : isGrave ? this.#colours.l5 : this.#colours.l2,
        weight: 600,
        align: isRight ? "right" : "left",
      });
    }
  }

  /** A disc where the curve stands now. */
  #last(plot: uPlotType): void {
    const [times, equity] = this.#drawing.columns;
    const index = equity.findLastIndex((value) => value !== null);
    const value = equity[index];
    const time = times[index];
    if (value === null || value === undefined || time === undefined) return;
    const { ctx } = plot;
    ctx.fillStyle = this.#colours.sea;
    ctx.strokeStyle = this.#colours.surface;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.arc(
      plot.valToPos(time, "x", true),
      plot.valToPos(value, "y", true),
      3.5 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.fill();
    ctx.stroke();
  }

  #labels(plot: uPlotType): void {
    const { labels } = this.#drawing;
    const { left, width } = plot.bbox;
    const wanted = labels.map((label) => plot.valToPos(label.value, "y", true));
    const placed = spread(wanted, 13 * devicePixelRatio);
    for (const [k, { text, kind }] of labels.entries()) {
      const isRung = kind !== "quiet";
      const colour =
        kind === "flatten" ? this.#colours.l5 : kind === "entries" ? this.#colours.l2 : this.#colours.ink3;
      if (isRung) this.#disc(plot, left + width + 8 * devicePixelRatio, wanted[k] ?? 0, kind);
      this.#text(plot, text, left + width + (isRung ? 22 : 6) * devicePixelRatio, placed[k] ?? 0, {
        colour,
        weight: isRung ? 600 : 450,
        align: "left",
      });
    }
  }

  #disc(plot: uPlotType, x: number, y: number, kind: EquityLabel["kind"]): void {
    const { ctx } = plot;
    const colour = kind === "flatten" ? this.#colours.l5 : this.#colours.g2;
    const scale = devicePixelRatio;
    ctx.fillStyle = this.#colours.surface;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.75 * scale;
    ctx.beginPath();
    ctx.arc(x, y, 4.5 * scale, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
    this.#line(plot, colour, 1.75, [x - 8.5 * scale, y, x + 8.5 * scale, y]);
  }

  #text(
    plot: uPlotType,
    text: string,
    x: number,
    y: number,
    look: { readonly colour: string; readonly weight: number; readonly align: CanvasTextAlign },
  ): void {
    const { ctx } = plot;
    ctx.font = font(10.5 * devicePixelRatio, look.weight);
    ctx.textAlign = look.align;
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.strokeStyle = this.#colours.surface;
    ctx.lineWidth = 4 * devicePixelRatio;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = look.colour;
    ctx.fillText(text, x, y);
  }
}

/** The gravest first, then the newest: what has no room for its words loses them to these. */
function byGravity(marks: EquityFacts["answer"]["marks"]): EquityFacts["answer"]["marks"] {
  const rank = (level: LevelName | null) => (level === null ? -1 : rankOf(level));
  return marks.toSorted((a, b) => rank(b.level) - rank(a.level) || Date.parse(b.at) - Date.parse(a.at));
}

/** The rung moves at once when the high does. */
function stepped(uPlot: typeof uPlotType): { readonly paths: uPlotType.Series.PathBuilder } | null {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths === undefined ? null : { paths };
}
