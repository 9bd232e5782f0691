/** The library: the same readers, analyses and pictures that the command line uses. */

export { attributeRace } from './analysis/attribution.ts';
export { type CollapseOptions, Collapser } from './analysis/collapse.ts';
export { EvidenceCollector, teeSinks } from './analysis/collect.ts';
export { fingerprintRace } from './analysis/fingerprint.ts';
export { type GroupKey, parseGroupKeys } from './analysis/groupkeys.ts';
export { findMapUsers, isMapFault } from './analysis/mapusers.ts';
export { Redactor } from './analysis/redact.ts';
export { rebaseProfile, reverseProfile } from './analysis/reshape.ts';
export { Summarizer } from './analysis/summary.ts';
export { decompress } from './base/decompress.ts';
export { InputError, type Problem, type Severity, UsageError } from './base/errors.ts';
export { FoldedReader, writeFolded } from './formats/folded.ts';
export { type ConversionTarget, TraceConverter } from './formats/gotrace/convert.ts';
export { Ev, GoStatus, ProcStatus, type TraceVersion } from './formats/gotrace/spec.ts';
export {
  type ClockReading,
  type FrameSpec,
  type GenerationOptions,
  type SampleSpec,
  TraceWriter,
  type TraceWriterOptions,
} from './formats/gotrace/writer.ts';
export { type FormatName, INPUT_FORMATS, InputReader, type ReaderOptions } from './formats/reader.ts';
export type {
  CountProfilePart,
  CountRecord,
  CppRacePart,
  DumpPart,
  Evidence,
  EvidenceSink,
  FoldedPart,
  Part,
  RacePart,
  TestPart,
} from './model/evidence.ts';
export { shortenName } from './model/names.ts';
export { countStacks, type Profile, ProfileBuilder, pathOf, totalWeight, totalWeights } from './model/profile.ts';
export type {
  AccessKind,
  Crash,
  CrashKind,
  Creator,
  Goroutine,
  GoroutineFlag,
  Labels,
  MapUser,
  PanicValue,
  RaceAccess,
  RaceCreation,
  RaceReport,
} from './model/snapshot.ts';
export {
  type CallFrame,
  type ElidedFrame,
  type Frame,
  type FrameId,
  isElided,
  type StackId,
  StackTable,
} from './model/stacks.ts';
export { type WaitReason, waitReasonOf } from './model/states.ts';
export type { DumpSummary, PartSummary, ProfileSummary, RaceGroup, RaceSummary, StackGroup } from './model/summary.ts';
export type { TracePart } from './model/trace.ts';
export { type FlameGraphReport, writeFlameGraph } from './render/flamegraph.ts';
export { FLAME_GRAPH_OPTIONS, type FlameGraphOptions, type NameAttributes } from './render/flameoptions.ts';
export { type InspectedInput, writeInspectJson } from './render/inspectjson.ts';
export { type InspectTextOptions, NO_PAINT, type Paint, writeInspectText } from './render/inspecttext.ts';
export { VERSION } from './version.ts';
