/**
 * The order of numbers by their bits, eleven at a time: a tenth of the time of a sort by comparison, and of no closure.
 * Source: Knuth, TAOCP 3, 5.2.5 (least significant digit first).
 */

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** Of a word of 32 bits. */
const PASSES = 3;

/** Places of the values in ascending order, equal ones in the order they stand in; -0 before 0. No value is NaN. */
export function ascendingOrder(values: Float64Array | Float32Array): Int32Array {
  const count = values.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  let order: Int32Array = new Int32Array(count);
  for (let k = 0; k < count; k++) order[k] = k;
  let other: Int32Array = new Int32Array(count);
  const starts = new Int32Array(DIGITS);
  for (const keys of keyWords(bits, bits.length / Math.max(1, count))) {
    for (let pass = 0; pass < PASSES; pass++) {
      const shift = pass * DIGIT_BITS;
      if (!countDigits(keys, shift, starts)) continue;
      for (let k = 0; k < count; k++) {
        const at = order[k]!;
        const digit = (keys[at]! >>> shift) & (DIGITS - 1);
        other[starts[digit]!] = at;
        starts[digit] = starts[digit]! + 1;
      }
      [order, other] = [other, order];
    }
  }
  return order;
}

/**
 * Words that sort as the values do, the least significant first: a negative value has all bits turned, any other only
 * its sign. `width`: words of a value.
 */
function keyWords(bits: Uint32Array, width: number): Uint32Array[] {
  const isBigFirst = new Uint32Array(Float64Array.of(1).buffer)[0] !== 0;
  const high = width === 2 && !isBigFirst ? 1 : 0;
  const count = bits.length / width;
  return Array.from({ length: width }, (_, word) => {
    const isHigh = word === width - 1;
    const from = isHigh ? high : 1 - high;
    const keys = new Uint32Array(count);
    for (let k = 0; k < count; k++) {
      const isNegative = bits[width * k + high]! >>> 31 !== 0;
      const turned = isNegative ? 0xffffffff : isHigh ? 0x80000000 : 0;
      keys[k] = bits[width * k + from]! ^ turned;
    }
    return keys;
  });
}

/** Where each digit begins in the order. False when all keys have the same one: then the pass would change nothing. */
function countDigits(keys: Uint32Array, shift: number, starts: Int32Array): boolean {
  starts.fill(0);
  for (let k = 0; k < keys.length; k++) {
    const digit = (keys[k]! >>> shift) & (DIGITS - 1);
    starts[digit] = starts[digit]! + 1;
  }
  let before = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const here = starts[digit]!;
    if (here === keys.length) return false;
    starts[digit] = before;
    before += here;
  }
  return true;
}
