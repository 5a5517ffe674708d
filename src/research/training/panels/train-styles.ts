/** What the report of a training adds to the report's sheet; colours from the theme's tokens only. */
export const trainCss = `
.gates{border-top:1px solid var(--line)}
.gate-row{display:grid;grid-template-columns:74px minmax(0,1.25fr) minmax(0,1fr) 74px 132px;gap:0 14px;
align-items:center;padding:0 var(--s4);min-height:34px;border-bottom:1px solid var(--line);font-size:var(--t-s)}
.gate-row.no{background:color-mix(in srgb,var(--g2) 9%,var(--surface))}
.gate-row .said{display:flex;gap:8px;align-items:center;color:var(--ink-2)}
.gate-row.no .said{color:var(--ink);font-weight:600}
.gate-row .k{font-weight:550}
.gate-row .num{text-align:right}
.gate-row .of{color:var(--ink-3);font-variant-numeric:tabular-nums}
.gate-row.no .of{color:var(--ink-2)}
.bar .track{fill:var(--track)}.bar .fill{fill:var(--sea)}
.gate-row.no .bar .fill{fill:var(--g2)}
.gate-row.no .disc circle{fill:color-mix(in srgb,var(--g2) 9%,var(--surface))}
.kp.four{grid-template-columns:repeat(4,minmax(0,1fr))}
.kp.four>div{border-top:0}
.haloed{paint-order:stroke;stroke:var(--surface);stroke-width:4px;stroke-linejoin:round}
.bin{fill:var(--sea);stroke:var(--surface);stroke-width:1}
.spread{stroke:var(--sea);stroke-opacity:.45;stroke-width:1.5}
.axis-words{display:flex;justify-content:space-between;padding:2px 8px 0 0;font-size:var(--t-xs);color:var(--ink-3)}
.reads{display:flex;flex-direction:column;flex:1;justify-content:space-evenly;font-size:11.5px}
.read-row{display:grid;grid-template-columns:minmax(0,150px) minmax(0,1fr) 52px;gap:8px;align-items:center;
min-height:21px;color:var(--ink-2)}
.read-row .mono{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.read-row .num{text-align:right;font-weight:600}
.read-row .fill{fill:var(--sea)}
.block{fill:var(--sea)}.stem{fill:var(--ink-3)}
.lg i.block{border:0;width:9px;height:9px;background:var(--sea);vertical-align:-1px}
.lg i.stem{border:0;width:2px;height:10px;background:var(--ink-3);vertical-align:-1px}
.trial{fill:var(--ink-3)}.trial.part{fill:var(--surface);stroke:var(--ink-3);stroke-width:1.25}
.best{fill:none;stroke:var(--sea);stroke-width:2}
.cross{overflow:visible}
svg .cross path{stroke:var(--loss);stroke-width:1.5}
@media (max-width:1000px){.kp.four{grid-template-columns:repeat(2,minmax(0,1fr))}
.kp.four>div:nth-child(odd){border-left:0}.kp.four>div:nth-child(n+3){border-top:1px solid var(--line)}}
@media screen and (max-width:720px){
.gate-row{grid-template-columns:74px minmax(0,1fr) auto;padding:8px 14px;gap:2px 10px}
.gate-row .bar{grid-column:1/-1;grid-row:2}
.gate-row .of{grid-column:2/-1;grid-row:3;text-align:right}
}
@media print{.gate-row,.read-row{break-inside:avoid}}
`;
