/**
 * Stands for the package `string-width` in the built program, which yargs and the tables measure texts with: ASCII and
 * what our own tables draw with are as wide as they are long, and only other text wakes the package, whose patterns take
 * 35 ms to build.
 */

declare function require(name: string): { default: (text: string) => number };

const PLAIN = /^[\x20-\x7eµ·…←→▁-█]*$/;

export default function stringWidth(text: string): number {
  return PLAIN.test(text) ? text.length : require('string-width').default(text);
}
