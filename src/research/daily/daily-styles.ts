/** What the daily report adds to the report's sheet; colours from the theme's tokens only. */
export const dailyCss = `
.v-halted{border-color:var(--halt)}.v-halted .stamp{background:var(--halt);color:var(--on-halt)}
.verdict li{margin-top:2px}
.verdict ul{margin-top:6px;font-size:var(--t-m);color:var(--ink-2)}
svg path.rung-high{stroke:var(--g2);stroke-width:1.5}
svg path.rung-base{stroke:var(--l5);stroke-width:1.75}
svg .rung-high-text{fill:var(--l2);font-weight:600}
svg .rung-base-text{fill:var(--l5);font-weight:600}
svg .last{fill:var(--sea)}
.lims{padding:2px var(--s4) 4px}
.lim{display:grid;grid-template-columns:minmax(0,1fr) auto 42px 42%;gap:8px;align-items:center;min-height:28px;
font-size:var(--t-s)}
.lim .k{color:var(--ink-2);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lim .v,.lim .at{font-variant-numeric:tabular-nums;white-space:nowrap;text-align:right}
.lim .v i{font-style:normal;color:var(--ink-3)}
.lim .at{color:var(--ink-3);font-size:var(--t-xs)}
.lim .track{fill:var(--track)}.lim .fill{fill:var(--sea)}
.lim.near .fill{fill:var(--g2)}.lim.over .fill{fill:var(--l5)}.lim.over .v b{color:var(--loss)}
.lim.flat-bar{display:block;min-width:150px}
.tally{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));border-top:1px solid var(--line)}
.tally.two{border-bottom:1px solid var(--line)}
.tally>div{padding:7px var(--s4) 8px;border-left:1px solid var(--line);min-width:0}
.tally>div:nth-child(3n+1){border-left:0}
.tally>div:nth-child(n+4){border-top:1px solid var(--line)}
.tally dt{font-size:var(--t-xs);color:var(--ink-3)}
.tally dd{font-size:15px;font-weight:620;font-variant-numeric:tabular-nums}
.tally+.tw{border-top:1px solid var(--line)}
.heads{grid-template-columns:auto minmax(0,1fr)}
.heads dd{font-size:var(--t-s)}.heads .mono{color:var(--ink-3);overflow-wrap:anywhere}
@media screen and (max-width:720px){
.lims{padding-left:14px;padding-right:14px}
.lim{grid-template-columns:minmax(0,1fr) auto;gap:0 8px;padding:5px 0}
.lim .at{display:none}.lim>div{grid-column:1/-1}
.tally>div{padding-left:14px;padding-right:8px}
}
`;
