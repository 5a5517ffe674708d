/** Output names of features that are known by a bare name, such as the Bollinger bands. */

/**
 * "" for the catalogue's own parameters, whose outputs carry the bare name; else their values, e.g. `_10_1.5`,
 * so that a second one with other parameters can stand beside it.
 */
export function parameterSuffix<Name extends string>(
  params: Readonly<Record<Name, number>>,
  catalogue: Readonly<Record<Name, number>>,
): string {
  const names = Object.keys(catalogue) as Name[];
  if (names.every((name) => params[name] === catalogue[name])) return "";
  return `_${names.map((name) => params[name]).join("_")}`;
}
