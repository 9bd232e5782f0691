/**
 * The bounds that keep any input, hostile ones included, from eating memory without end. Each is far above what real
 * programs leave behind; what passes one is cut with a problem or refused with an error, never silently.
 */

/** Bytes of one line; the rest of a longer line is skipped. pprof's own largest text dump is 64 MiB in all. */
export const MAX_LINE_BYTES = 32 << 20;

/** Characters of a log that are held to be turned round, where it begins with its newest line. */
export const MAX_HELD_CHARACTERS = 128 << 20;

/** Bytes of text kept before the current line, to look back for a crash's head once a line prefix is learnt. */
export const HISTORY_BYTES = 32 << 10;

/** Frames of one stack. Go prints 100 of a goroutine, ancestors not counted; folded stacks may be far deeper. */
export const MAX_FRAMES = 1 << 20;

/** Lines of a panic message or another crash head that are kept. */
export const MAX_HEAD_LINES = 400;

/** Different line prefixes, JSON streams and tests that are followed at the same time in one input. */
export const MAX_LANES = 256;

/** Different functions, places and stacks in one input: what the integer columns and tables can hold. */
export const MAX_DISTINCT = 1 << 27;

/** Bytes of different names in one input. */
export const MAX_NAME_BYTES = 1 << 30;

/** Different bracket texts of goroutine headers whose meaning is kept at hand. */
export const MAX_STATUS_CACHE = 1 << 14;
