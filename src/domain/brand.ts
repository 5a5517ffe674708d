/**
 * Units that exist for the compiler only. At run time a branded value is a bare number or string,
 * so columns of them are ordinary typed arrays and cost nothing.
 */

declare const unit: unique symbol;

export type Brand<Base, Unit extends string> = Base & { readonly [unit]: Unit };
