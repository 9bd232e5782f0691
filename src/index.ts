/** The library: the same readers, analyses and pictures that the command line uses. */

export { attributeRace } from './analysis/attribution.ts';
export { type CollapseOptions, Collapser } from './analysis/collapse.ts';
export { EvidenceCollector, teeSinks } from './analysis/collect.ts';
export { type ComparableInput, compareInputs, type DiffOptions } from './analysis/diff.ts';
export { type DiffCondition, parseDiffFailOn } from './analysis/difffail.ts';
export { overlayProfiles } from './analysis/diffprofile.ts';
export { fingerprintRace, fingerprintRaceV1 } from './analysis/fingerprint.ts';
export { type GroupKey, parseGroupKeys } from './analysis/groupkeys.ts';
export { findMapUsers, isMapFault } from './analysis/mapusers.ts';
export { Redactor } from './analysis/redact.ts';
export { rebaseProfile, reverseProfile } from './analysis/reshape.ts';
export { Summarizer } from './analysis/summary.ts';
export { type AnalyzeOptions, TraceAnalyzer } from './analysis/trace/analyzer.ts';
export { parseTraceConditions, TRACE_METRICS, type TraceCondition, type TraceMetric } from './analysis/trace/failon.ts';
export { SliceWeights } from './analysis/trace/sliceweights.ts';
export { TimelineBuilder, type TimelineOptions } from './analysis/trace/timeline.ts';
export { TRACE_WEIGHTS, TraceWeigher, type TraceWeight, type WeighOptions } from './analysis/trace/weights.ts';
export { decompress } from './base/decompress.ts';
export { InputError, type Problem, type Severity, UsageError } from './base/errors.ts';
export { type Costs, DEFAULT_COSTS, parseCosts } from './emulator/costs.ts';
export { type EmulateOptions, emulate, type Run } from './emulator/emulate.ts';
export { type Explored, type ExploreRequest, Explorer, exploreProcs } from './emulator/explore/explore.ts';
export type { Outcome } from './emulator/explore/outcome.ts';
export { parseToken, writeToken } from './emulator/explore/replay.ts';
export { findWitness, type Replayed, replayToken } from './emulator/explore/witness.ts';
export type { EmulatedMap, Growth, MapSpec } from './emulator/maps/map.ts';
export type { Go, Program } from './emulator/program.ts';
export { RaceWatcher } from './emulator/racewatcher.ts';
export { findScenario, SCENARIOS } from './emulator/scenarios/index.ts';
export { type Parameter, parseValues, type Scenario, type Values } from './emulator/scenarios/scenario.ts';
export { schedSampleOf, snapshotOf } from './emulator/snapshot.ts';
export { summarizeRun } from './emulator/summary.ts';
export { GO_RELEASES, type GoRelease, parseRelease } from './emulator/version.ts';
export { FoldedReader, writeFolded } from './formats/folded.ts';
export { type DumpText, writeDump } from './formats/goroutines/write.ts';
export { type ConversionTarget, TraceConverter } from './formats/gotrace/convert.ts';
export { Ev, GoStatus, ProcStatus, type TraceVersion } from './formats/gotrace/spec.ts';
export { writeLog } from './formats/gotrace/writelog.ts';
export {
  type ClockReading,
  type FrameSpec,
  type GenerationOptions,
  type SampleSpec,
  TraceWriter,
  type TraceWriterOptions,
} from './formats/gotrace/writer.ts';
export { writeRaces } from './formats/race/write.ts';
export { type FormatName, INPUT_FORMATS, InputReader, type ReaderOptions } from './formats/reader.ts';
export type { Comparison, FunctionChange, GroupChange, RaceChange, TraceComparison } from './model/comparison.ts';
export type { RunSummary } from './model/emulation.ts';
export type {
  CountProfilePart,
  CountRecord,
  CppRacePart,
  DumpPart,
  Evidence,
  EvidenceSink,
  FailedBuild,
  FoldedPart,
  Part,
  RacePart,
  TestedPackage,
  TestPart,
  TestResult,
} from './model/evidence.ts';
export type { Exploration, ExplorationRow, StrategyName, Witness } from './model/exploration.ts';
export type { MapOperation } from './model/mapfunctions.ts';
export { shortenName } from './model/names.ts';
export { countStacks, type Profile, ProfileBuilder, pathOf, totalWeight, totalWeights } from './model/profile.ts';
export { P_STATE_LABELS, P_STATES, type PState, type PStateName } from './model/pstates.ts';
export { LogKind, SchedLog } from './model/schedlog.ts';
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
export type {
  CrashAttribution,
  DumpSummary,
  GuiltyTest,
  PartSummary,
  ProfileSummary,
  RaceGroup,
  RaceSummary,
  StackGroup,
} from './model/summary.ts';
export type { Timeline, TimelineProc, TimelineSpans } from './model/timeline.ts';
export type { ClockSnapshot, TraceEvent, TracePart, TraceSink, TraceTables } from './model/trace.ts';
export type {
  Durations,
  GcUsage,
  GoroutineGroup,
  Hotspot,
  HotspotKind,
  KindShare,
  KindUsage,
  ProcUsage,
  StwPause,
  TraceAnalysis,
  UserSpans,
  WorstLatency,
} from './model/traceanalysis.ts';
export { type AnalyzedTrace, writeAnalyzeJson } from './render/analyzejson.ts';
export type { AnalyzeTextOptions } from './render/analyzepage.ts';
export { writeAnalyzeText } from './render/analyzetext.ts';
export { writeDiffJson } from './render/diffjson.ts';
export { type DiffTextOptions, writeDiffText } from './render/difftext.ts';
export { type FlameGraphReport, writeFlameGraph } from './render/flamegraph.ts';
export { FLAME_GRAPH_OPTIONS, type FlameGraphOptions, type NameAttributes } from './render/flameoptions.ts';
export { type InspectedInput, writeInspectJson } from './render/inspectjson.ts';
export { type InspectTextOptions, NO_PAINT, type Paint, writeInspectText } from './render/inspecttext.ts';
export { makeDifference } from './render/report/difference.ts';
export type { Fact, Report, ReportSubject, ReportView, Table } from './render/report/model.ts';
export { writeReport } from './render/report/page.ts';
export { makeSubject, type SubjectInput, type SubjectStacks, type TakenTrace } from './render/report/subject.ts';
export { type TimelineSvgOptions, writeTimeline } from './render/timeline/timeline.ts';
export { VERSION } from './version.ts';
