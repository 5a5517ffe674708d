/** How long what cannot be withdrawn is held, milliseconds. */
export const holdMs = 1000;
