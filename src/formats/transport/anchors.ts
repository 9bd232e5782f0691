/** The few texts that cannot but be Go's: where one stands tells where a line's own content begins. */

const ANCHOR =
  /goroutine \d{1,20}(?: gp=(?:0x[0-9a-f]+|nil))?(?: m=(?:\d+|nil))?(?: mp=(?:0x[0-9a-f]+|nil))? \[[a-zA-Z?]|WARNING: DATA RACE|\b[a-z]+ profile: total \d|SCHED \d{1,15}ms: gomaxprocs=/;

/** The position of the first anchor in a text, or -1. */
export function findAnchor(text: string): number {
  return text.search(ANCHOR);
}
