/** What operations work on: programs of users are not checked by a compiler. */

import { UsageError } from '../base/errors.ts';
import { Variable } from './basicsteps.ts';
import { OperatedMap } from './maps/operated.ts';
import { Op } from './ops.ts';
import { Channel } from './sync/channels.ts';
import { Cond, Once, WaitGroup } from './sync/groups.ts';
import { Mutex } from './sync/mutex.ts';
import { RWMutex } from './sync/rwmutex.ts';

interface OperandSpec {
  readonly type: abstract new (...args: never[]) => object;
  readonly name: string;
  /** Whether it may be nil. */
  readonly nil: boolean;
}

const CHANNEL: OperandSpec = { type: Channel, name: 'a channel', nil: true };
const MUTEX: OperandSpec = { type: Mutex, name: 'a mutex', nil: false };
const RWMUTEX: OperandSpec = { type: RWMutex, name: 'an rwmutex', nil: false };
const GROUP: OperandSpec = { type: WaitGroup, name: 'a wait group', nil: false };
const COND: OperandSpec = { type: Cond, name: 'a cond', nil: false };
const VARIABLE: OperandSpec = { type: Variable, name: 'a variable', nil: false };
const MAP: OperandSpec = { type: OperatedMap, name: 'a map', nil: false };

const OPERANDS: Readonly<Record<number, OperandSpec>> = {
  [Op.send]: CHANNEL,
  [Op.receive]: CHANNEL,
  [Op.close]: CHANNEL,
  [Op.lock]: MUTEX,
  [Op.tryLock]: MUTEX,
  [Op.unlock]: MUTEX,
  [Op.readLock]: RWMUTEX,
  [Op.readUnlock]: RWMUTEX,
  [Op.writeLock]: RWMUTEX,
  [Op.writeUnlock]: RWMUTEX,
  [Op.groupAdd]: GROUP,
  [Op.groupWait]: GROUP,
  [Op.condWait]: COND,
  [Op.condSignal]: COND,
  [Op.condBroadcast]: COND,
  [Op.access]: VARIABLE,
  [Op.atomic]: VARIABLE,
  [Op.map]: MAP,
  [Op.mapLen]: MAP,
  [Op.once]: { type: Once, name: 'a once', nil: false },
};

/** @throws UsageError for an operand that the operation cannot work on */
export function checkOperand(op: number, object: unknown): void {
  const operand = OPERANDS[op];
  if (operand === undefined || object instanceof operand.type || (operand.nil && object === null)) return;
  throw new UsageError(`${operand.name} is expected, not ${object === null ? 'null' : typeof object}`);
}
