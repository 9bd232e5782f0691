/**
 * What the chosen command is to do, run after yargs is through: for a handler that returns a promise, yargs lays out
 * the whole help text beforehand, which costs more than most commands.
 */

export type Action = () => Promise<number>;

let action: Action | null = null;

/** Says what to do; the action gives the exit code. */
export function planAction(planned: Action): void {
  action = planned;
}

/** Does what was planned; 0 where nothing was (help, version). */
export async function runPlanned(): Promise<number> {
  return action === null ? 0 : await action();
}
