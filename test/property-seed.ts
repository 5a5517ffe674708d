/**
 * Property tests draw from one fixed seed, so that a red run is red again and a green one stays green on the same
 * code. Explore with another one: PLIMSOLL_PROPERTY_SEED=7 npm test.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.PLIMSOLL_PROPERTY_SEED ?? 20_261_121) });
