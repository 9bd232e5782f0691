/**
 * What a field holds before its constructor gives it a number, so that the engine takes it for a double from the start.
 * A field that begins as a small integer changes the shape of its object once it holds more than 32 bits, which
 * nanoseconds do after two seconds; then all code that was compiled for the old shape is thrown away, in the midst of
 * the work.
 */
export const DOUBLE: number = Number.NaN;

/**
 * A number as a small integer, where it is one: what comes out of an array of doubles is a double for the engine, and
 * so is every field that it goes into.
 */
export function asInteger(value: number): number {
  const small = value | 0;
  return small === value ? small : value;
}
