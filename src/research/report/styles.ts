/**
 * The components of the report. Colours come from the theme's tokens only, and nothing is styled in the
 * markup, so that the page's policy can name this sheet by its hash and refuse every other style.
 */
export const stylesCss = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:400 var(--t-m)/1.45 var(--sans);
font-feature-settings:"cv05","calt";-webkit-font-smoothing:antialiased;text-rendering:optimizeLegibility}
h1,h2,h3,p,ul,dl,dd,table{margin:0;padding:0}
ul{list-style:none}
h3{font-weight:inherit}
:focus-visible{outline:2px solid var(--sea);outline-offset:2px;border-radius:var(--r1)}
.mono{font-family:var(--mono);font-size:.94em;font-feature-settings:normal}
.ink2{color:var(--ink-2)}.ink3{color:var(--ink-3)}
.gain{color:var(--gain)}.loss{color:var(--loss)}.flat{color:var(--ink-3)}
b{font-weight:600}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
td,.number,.num,.ht .v,.kp .v,.kp .n{font-variant-numeric:tabular-nums}

.rp{max-width:1180px;margin:0 auto;padding:28px 24px 64px;display:grid;
grid-template-columns:repeat(12,minmax(0,1fr));gap:12px}
.c5{grid-column:span 5}.c7{grid-column:span 7}.c12,.hd,.verdict,.foot{grid-column:1/-1}

.hd{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:6px 24px;padding-bottom:6px;align-items:start}
.hd .bk{display:flex;flex-wrap:wrap;gap:9px;align-items:center;font-weight:620}
.hd .bk svg{fill:none;stroke:currentColor;stroke-width:2.2}
.hd .mono{font-weight:400;overflow-wrap:anywhere}
.hd h1{font-size:30px;line-height:1.15;letter-spacing:-.025em;font-weight:690;margin-top:10px;overflow-wrap:anywhere}
.hd .meta{color:var(--ink-2);font-size:var(--t-s);margin-top:6px}
.btn{height:30px;min-width:64px;padding:0 12px;border:1px solid var(--line-2);background:transparent;color:inherit;
border-radius:var(--r2);font:550 var(--t-s)/1 var(--sans);cursor:pointer}
.btn:hover{background:var(--hover)}

.verdict{border-radius:var(--r2);display:grid;grid-template-columns:auto minmax(0,1fr);background:var(--surface);
border:1px solid;overflow:hidden}
.v-pass{border-color:var(--sea)}.v-pass .stamp{background:var(--f1)}
.v-open{border-color:var(--g2)}.v-open .stamp{background:var(--f2)}
.v-fail{border-color:var(--l4)}.v-fail .stamp{background:var(--f4)}
.stamp{color:var(--on-lvl);padding:16px 22px;font-weight:750;font-size:17px;letter-spacing:.02em;display:flex;
align-items:center;white-space:nowrap}
.verdict .tx{padding:14px 20px;font-size:var(--t-l);overflow-wrap:anywhere}
.verdict .tx b{font-weight:650}
.verdict .tx span{display:block;color:var(--ink-2);font-size:var(--t-m);margin-top:2px}

.panel{background:var(--surface);border:1px solid var(--line);border-radius:var(--r2);min-width:0;display:flex;
flex-direction:column}
.ph{display:flex;align-items:baseline;gap:var(--s2);padding:10px var(--s4) 8px;min-height:38px}
.ph h2{font-size:var(--t-m);font-weight:620;letter-spacing:-.003em}
.ph .meta{margin-left:auto;color:var(--ink-3);font-size:var(--t-xs);text-align:right}
.pb{padding:0 var(--s4) var(--s4)}
.cb{padding:4px 0 8px var(--s4)}
.sub{font-size:var(--t-xs);color:var(--ink-3)}
.cl{padding:4px var(--s4) 0}
.empty{padding:28px var(--s4) 32px;text-align:center;color:var(--ink-2);font-size:var(--t-s);margin:auto 0}
.empty b{display:block;color:var(--ink);font-size:var(--t-m);margin-bottom:3px}

.g{flex:none;width:10px;height:10px;display:inline-block}
.g.ok{border-radius:50%;background:var(--sea)}
.g.late{background:var(--g2);transform:rotate(45deg) scale(.86)}
.g.off{border-radius:50%;border:2px solid var(--ink-3)}

.hg{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));border-top:1px solid var(--line)}
.ht{padding:12px var(--s4) 14px;border-left:1px solid var(--line);border-bottom:1px solid var(--line);min-width:0}
.ht.lead{grid-row:span 2;border-left:0}
.ht.lead,.ht:nth-child(n+4){border-bottom:0}
.ht.no{background:color-mix(in srgb,var(--g2) 9%,var(--surface))}
.ht .k{display:flex;gap:7px;align-items:center;font-size:var(--t-s);font-weight:600}
.ht .v{font-size:21px;line-height:1.3;font-weight:660;letter-spacing:-.015em;margin:3px 0 5px}
.ht.lead .v{font-size:34px;line-height:1.2}
.ht .v i{font-style:normal;font-size:12.5px;color:var(--ink-3);font-weight:450;letter-spacing:0}
.ht .x{font-size:var(--t-s);color:var(--ink-2);margin-top:7px;line-height:1.4;overflow-wrap:anywhere}
.ht.no .v i,.ht.no .x{color:var(--ink-2)}
.ht.void-tile .v{color:var(--loss)}
.gate-bar{max-width:100%}
.gate-bar .track{fill:var(--track)}.gate-bar .fill{fill:var(--sea)}
.wn{padding:10px var(--s4) 14px;border-top:1px solid var(--line)}
.wn li{display:grid;grid-template-columns:16px minmax(0,1fr);gap:8px;padding:4px 0;font-size:var(--t-s);
overflow-wrap:anywhere}
.wn .g{margin-top:4px}

.kp{display:grid;grid-template-columns:repeat(8,minmax(0,1fr));border-bottom:1px solid var(--line)}
.kp>div{padding:10px 6px 11px var(--s4);border-left:1px solid var(--line);min-width:0}
.kp>div:first-child{border-left:0}
.kp .k{font-size:var(--t-xs);color:var(--ink-3)}
.kp .v{font-size:19px;line-height:1.3;font-weight:650;letter-spacing:-.015em}
.kp .n{font-size:var(--t-xs);color:var(--ink-2);overflow-wrap:anywhere}
.voided-panel .kp .v,.voided-tile .v span{color:var(--ink-3);text-decoration:line-through;
text-decoration-thickness:1.5px}
.voided-tile svg path,.voided-tile .fill{opacity:.4}
.voided-panel .kp .n{color:var(--ink-3)}

.lg{display:flex;gap:4px 16px;font-size:var(--t-xs);color:var(--ink-2);padding:8px var(--s4) 0;flex-wrap:wrap}
.lg i{display:inline-block;width:16px;height:0;border-top:2.5px solid var(--sea);margin-right:6px;vertical-align:3px}
.lg i.other{border-color:var(--ink-3)}.lg i.void{border-top-style:dashed}
.lg .scale{margin-left:auto}

.chart{display:grid;grid-template-columns:minmax(0,1fr) 56px}
svg{display:block;overflow:visible}
.plot,.axis{width:100%}
svg text{font:400 var(--t-2xs) var(--sans);fill:var(--ink-3)}
.axis text{font-variant-numeric:tabular-nums}
.axis{transform:translateX(7px)}
svg line,svg path{fill:none;vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}.base{stroke:var(--line-2)}
.limit{stroke:var(--mark);stroke-width:1.5}
.gate{stroke:var(--mark);stroke-width:1.25;stroke-dasharray:4 3}
.disc{overflow:visible}
.disc circle,.disc line{stroke:var(--mark);stroke-width:1.75;fill:var(--surface)}
.ht.no .disc circle{fill:color-mix(in srgb,var(--g2) 9%,var(--surface))}
svg path.run{stroke:var(--sea);stroke-width:1.75;stroke-linejoin:round}
svg path.other{stroke:var(--ink-3);stroke-width:1.2;stroke-linejoin:round}
svg path.fall{stroke:var(--loss);stroke-width:1.2;stroke-linejoin:round}
svg path.under{fill:var(--loss-wash);fill-opacity:.22}
svg path.beyond{fill:var(--sea);fill-opacity:.25}
svg path.void{stroke-dasharray:5 4}
svg .note{fill:var(--ink-2)}
svg .strong{fill:var(--ink);font-weight:600}
svg .end{fill:var(--sea);font-weight:700}
svg .end-other{fill:var(--ink-2);font-weight:600}
svg .worst{fill:var(--loss)}
svg .worst-text{fill:var(--loss);font-weight:650;paint-order:stroke;stroke:var(--surface);stroke-width:4px;
stroke-linejoin:round}
svg .voided{fill:var(--loss);font-size:15px;font-weight:650;paint-order:stroke;stroke:var(--surface);stroke-width:6px;
stroke-linejoin:round}
.observed{stroke:var(--sea);stroke-dasharray:3 3}
.luck{stroke:var(--mark);stroke-width:2}
svg .observed-text{fill:var(--sea);font-size:11.5px;font-weight:650}
svg .luck-text{fill:var(--ink-2);font-size:11px}
svg .luck-figure{fill:var(--ink);font-size:13px;font-weight:650}

.fired{stroke:var(--g2);stroke-width:1.25}
.barred{fill:var(--g2);fill-opacity:.16}
svg .fired-text{fill:var(--l2);font-weight:550;paint-order:stroke;stroke:var(--surface);stroke-width:4px;
stroke-linejoin:round}
.lg i.fired{border-color:var(--g2)}
svg path.bars{fill:var(--ink-3)}
.chip{display:inline-block;padding:1px 6px;border-radius:var(--r1);font-size:var(--t-2xs);font-weight:600;
color:var(--on-lvl);letter-spacing:.02em}
.chip.lv1{background:var(--f1)}.chip.lv2{background:var(--f2)}.chip.lv3{background:var(--f3)}
.chip.lv4{background:var(--f4)}.chip.lv5{background:var(--halt);color:var(--on-halt)}
.chip.scoped{border:1px dashed var(--line-2);color:var(--ink-2);padding:0 5px}
td:has(small){padding-top:4px;padding-bottom:4px}
.ln{display:block;white-space:normal;min-width:205px;font-size:var(--t-xs);
line-height:1.45;font-variant-numeric:tabular-nums}
td small{display:block;font-size:var(--t-2xs);font-weight:400;color:var(--ink-3);line-height:1.3}
.note-text{padding:8px var(--s4) 12px;font-size:var(--t-xs);line-height:1.5;color:var(--ink-2);max-width:110ch;
white-space:normal}
.costs{display:flex;flex-direction:column;flex:1;justify-content:space-evenly;font-size:11.5px}
.cost-row{display:grid;grid-template-columns:122px minmax(0,1fr) 68px;gap:8px;align-items:center;color:var(--ink-2)}
.cost-row .num{text-align:right;font-weight:600}
.cost-row.total{color:var(--ink);font-weight:620}
.cost-row.cost .num{color:var(--loss)}.cost-row.income .num{color:var(--gain)}.cost-row.flat{color:var(--ink-3)}
rect.total{fill:var(--ink-2)}rect.income{fill:var(--gain-wash)}rect.cost{fill:var(--loss-wash)}
.zero{stroke:var(--line-2)}

.tw{overflow-x:auto;position:relative}
table{border-collapse:collapse;width:100%;font-size:var(--t-s)}
th{font-weight:500;font-size:var(--t-xs);color:var(--ink-3);text-align:left;padding:0 8px;height:26px;
white-space:nowrap;border-bottom:1px solid var(--line)}
td{padding:0 8px;height:var(--row);white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr:last-child td{border-bottom:0}
tbody tr:hover td{background:var(--hover)}
th:first-child,td:first-child{padding-left:var(--s4)}
th:last-child,td:last-child{padding-right:var(--s4)}
.number{text-align:right}
td.name{font-weight:600}
td.words{white-space:normal;line-height:1.3;min-width:180px;padding-top:5px;padding-bottom:5px;overflow-wrap:anywhere}
tfoot td{font-weight:600;border-top:1px solid var(--line-2);border-bottom:0}
.th{font-size:var(--t-xs);font-weight:600;color:var(--ink-2);padding:12px var(--s4) 4px;
border-top:1px solid var(--line)}
.heat{table-layout:fixed}
.heat td,.heat th{text-align:center;padding:0;height:29px}
.heat th:first-child{text-align:left;padding-left:var(--s4);width:64px}
.heat tbody th{font-weight:600;font-size:var(--t-s);color:var(--ink);border-bottom:0;font-variant-numeric:tabular-nums}
.heat td{border:1px solid var(--surface);font-size:11.5px}
.heat td.y{font-weight:650}

.more{border-top:1px solid var(--line)}
.more details+details{border-top:1px solid var(--line)}
summary{padding:8px var(--s4);min-height:34px;cursor:pointer;font-size:var(--t-s);font-weight:550;color:var(--ink-2)}
summary:hover{background:var(--hover)}
.kv{display:grid;grid-template-columns:auto minmax(0,1fr);gap:3px 20px;padding:2px var(--s4) var(--s4);
font-size:var(--t-s)}
.kv dt{color:var(--ink-3)}
.kv dd{overflow-wrap:anywhere}
.foot{color:var(--ink-3);font-size:var(--t-xs);line-height:1.7;padding-top:6px}

@media (max-width:1000px){
.hg{grid-template-columns:minmax(0,1.5fr) minmax(0,1fr) minmax(0,1fr)}
.c5,.c7{grid-column:1/-1}
.kp{grid-template-columns:repeat(4,minmax(0,1fr))}
.kp>div:nth-child(5){border-left:0}.kp>div:nth-child(n+5){border-top:1px solid var(--line)}
}
@media screen and (max-width:720px){
:root{--row:34px}
.rp{padding:14px 8px 40px;gap:8px}
.hd{padding:0 6px 4px}.hd h1{font-size:24px}
.btn{height:44px}summary{padding-top:13px;padding-bottom:13px}
.verdict{grid-template-columns:minmax(0,1fr)}.stamp{padding:11px 14px}.verdict .tx{padding:12px 14px}
.ph,.pb,.wn,.lg,.cl,.foot,.kv,.th,.note-text{padding-left:14px;padding-right:14px}
.ph{flex-wrap:wrap;gap:0 8px}.ph .meta{margin-left:0;width:100%;text-align:left}
.hg{grid-template-columns:minmax(0,1fr)}
.hg .ht{border-left:0;border-bottom:1px solid var(--line);padding-left:14px;padding-right:14px}
.hg .ht:last-child{border-bottom:0}
.kp{grid-template-columns:repeat(2,minmax(0,1fr))}
.kp>div:nth-child(odd){border-left:0}.kp>div:nth-child(n+3){border-top:1px solid var(--line)}
.lg .scale{margin-left:0}
.wide{display:none}
.heat{min-width:640px}
td.words{min-width:230px}
svg path.run,svg path.fall{stroke-width:1.25}svg path.other{stroke-width:1}
th:first-child,td.name{position:sticky;left:0;z-index:1;background:var(--surface)}
.kv{grid-template-columns:minmax(0,1fr);gap:0}.kv dd{margin-bottom:8px}
}
@media (prefers-reduced-motion:reduce){*{transition:none;animation:none}}
@media print{
@page{margin:14mm 12mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{background:none}
.rp{padding:0;max-width:none;gap:8px}
.btn{display:none}
.verdict,.honest,.kp,.chart,.cost-row,.note-text,tr{break-inside:avoid}
.ph,.th{break-after:avoid}
.tw{overflow:visible}
table{font-size:10.5px}td{height:22px}td,th{padding-left:4px;padding-right:4px}td.words{min-width:0}
.hd h1{font-size:24px}.empty{padding:14px}
details::details-content{content-visibility:visible;block-size:auto}
}
`;
