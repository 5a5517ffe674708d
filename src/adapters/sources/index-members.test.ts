/** Goal: the names in the index's table and no others, whatever stands around them, and none of half a page. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { membersOf, membersOfFile } from "./index-members.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-members-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = (head: string, rows: readonly string[]) =>
  `<html><table id="toc"><tr><td>ZZZ</td></tr></table>
<table class="wikitable sortable" id="constituents">
<tbody><tr>
<th><a href="/wiki/Ticker_symbol">${head}</a>
</th>
<th>Security</th></tr>
${rows.map((row) => `<tr>\n<td>${row}\n</td>\n<td><a href="/x">A &amp; B</a></td></tr>`).join("\n")}
</tbody></table>
<table id="changes"><tr><td>OLD</td></tr></table></html>`;

describe("the page", () => {
  it("has its symbols in one table, class shares and notes among them", () => {
    const rows = [
      '<a rel="nofollow" href="https://x/MMM">MMM</a>',
      "BRK.B",
      "BF-B<sup>[3]</sup>",
      "MMM",
      "n/a",
    ];
    expect(membersOf(table("Symbol", rows))).toEqual(["MMM", "BRK.B", "BF.B"]);
    expect(membersOf(table("Ticker symbol", ["AOS"]))).toEqual(["AOS"]);
  });

  it("is none without the table, with another heading, or cut off within it", () => {
    const page = table("Symbol", ["MMM", "AOS"]);
    expect(membersOf(page.replace("constituents", "companies"))).toBeUndefined();
    expect(membersOf(table("Company", ["MMM"]))).toBeUndefined();
    expect(membersOf(page.slice(0, page.indexOf("AOS")))).toBeUndefined();
  });
});

describe("a file", () => {
  const write = (text: string) => {
    const path = join(folder, "members.csv");
    writeFileSync(path, text);
    return path;
  };

  it("has a column of symbols, or a symbol a line", () => {
    const csv = '\uFEFFname,Symbol\n"Berkshire, Inc.",BRK-B\r\nApple,aapl\n';
    expect(membersOfFile("data.members", write(csv))).toEqual(["BRK.B", "AAPL"]);
    expect(membersOfFile("data.members", write("AAPL\n\nMSFT\n"))).toEqual(["AAPL", "MSFT"]);
  });

  it.each([
    ["", '"" is no symbol'],
    ["symbol\n", '"" is no symbol'],
    ["AAPL\n12 Main Street\n", '"12 MAIN STREET" is no symbol; give one a line'],
  ])("%j is refused, and its key is named", (text, said) => {
    expect(() => membersOfFile("data.members", write(text))).toThrow(said);
    expect(() => membersOfFile("data.members", write(text))).toThrow(/^data\.members = /);
  });
});
