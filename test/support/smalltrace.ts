/** A small trace of a program that grows a map in two goroutines on two Ps, written event by event. */

import { Ev, GoStatus, ProcStatus, type TraceVersion } from '../../src/formats/gotrace/spec.ts';
import { TraceWriter } from '../../src/formats/gotrace/writer.ts';

const { running, idle } = ProcStatus;

export function smallTrace(version: TraceVersion, generations = 1): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new TraceWriter((chunk) => chunks.push(chunk), { version });
  const clock = (time: number) => ({ time, mono: 5000 + time, seconds: 1_700_000_000, nanoseconds: time });
  writer.beginGeneration({ time: 1000, clock: clock(1001) });
  const main = writer.stack([{ function: 'main.main', file: 'main.go', line: 10 }]);
  const worker = writer.stack([{ function: 'main.grow', file: 'main.go', line: 20 }]);
  writer.event(11, 1010, Ev.ProcStatus, 0, running);
  writer.event(11, 1011, Ev.GoStatus, 1, 11, GoStatus.running);
  writer.event(11, 1012, Ev.ProcsChange, 2, main);
  writer.event(11, 1013, Ev.ProcStatus, 1, idle);
  writer.event(11, 1020, Ev.GoCreate, 7, worker, main);
  writer.event(12, 1030, Ev.ProcStart, 1, 1);
  writer.event(12, 1040, Ev.GoStart, 7, 1);
  writer.event(12, 1050, Ev.UserRegionBegin, 0, writer.string('map grows'), worker);
  writer.event(12, 1060, Ev.HeapAlloc, 4096);
  writer.event(11, 1070, Ev.GoBlock, writer.string('chan receive'), main);
  writer.event(11, 1071, Ev.ProcStop);
  writer.event(12, 2000, Ev.UserRegionEnd, 0, writer.string('map grows'), worker);
  writer.event(12, 2010, Ev.UserLog, 0, writer.string('map'), writer.string('grown'), worker);
  writer.sample({ time: 2015, m: 12, p: 1, g: 7, stack: worker });
  writer.event(12, 2020, Ev.GoUnblock, 1, 1, worker);
  writer.event(12, 2030, Ev.GoDestroy);
  writer.event(12, 2040, Ev.GoStart, 1, 2);
  for (let i = 1; i < generations; i++) {
    const time = 2040 + i * 1000;
    writer.beginGeneration({ time, clock: clock(time + 1) });
    writer.event(12, time + 2, Ev.ProcStatus, 1, running);
    writer.event(12, time + 3, Ev.GoStatus, 1, 12, GoStatus.running);
    writer.event(12, time + 4, Ev.ProcStatus, 0, idle);
    writer.event(12, time + 5, Ev.GoStop, writer.string('preempted'), 0);
    writer.event(12, time + 6, Ev.GoStart, 1, 1);
  }
  writer.finish();
  return Buffer.concat(chunks);
}
