/** GICS sectors by their two digits, as lists of index members name them. */

const codes: Readonly<Record<string, number>> = {
  energy: 10,
  materials: 15,
  industrials: 20,
  "consumer discretionary": 25,
  "consumer staples": 30,
  "health care": 35,
  financials: 40,
  "information technology": 45,
  "communication services": 50,
  // As the sector was called until 2018.
  "telecommunication services": 50,
  "telecommunications services": 50,
  utilities: 55,
  "real estate": 60,
};

/** From a name or its digits; undefined for what is none. */
export function gicsSector(text: string): number | undefined {
  const clean = text.trim().toLowerCase();
  return Object.hasOwn(codes, clean)
    ? codes[clean]
    : Object.values(codes).find((code) => String(code) === clean);
}
