/**
 * Stands for the package `string-width` in the built program, which yargs and the tables measure texts with: plain
 * ASCII is as wide as it is long, and only other text wakes the package, whose patterns take 35 ms to build.
 */

declare function require(name: string): { default: (text: string) => number };

const PLAIN = /^[\x20-\x7e→…·]*$/;

export default function stringWidth(text: string): number {
  return PLAIN.test(text) ? text.length : require('string-width').default(text);
}
