/** Two profiles laid over each other, and which functions weigh more or less than before. */

import type { FunctionChange } from '../model/comparison.ts';
import { type NodeId, type Profile, ProfileBuilder, ROOT, totalWeights } from '../model/profile.ts';
import { weighTexts } from '../model/walk.ts';

/** One tree with the weights of both; those before are multiplied by `factor`. */
export function overlayProfiles(before: Profile, after: Profile, factor = 1): Profile {
  const builder = new ProfileBuilder(after.classes);
  const classCount = after.classes.length;
  addProfile(builder, after, (node, to) => {
    builder.add(to, after.self[node]);
    for (let k = 0; after.byClass !== null && k < classCount; k++) {
      const weight = after.byClass[node * classCount + k];
      if (weight > 0) builder.classify(to, k, weight);
    }
  });
  addProfile(builder, before, (node, to) => builder.addBefore(to, before.self[node] * factor));
  const both = builder.build(after.unit, after.measure);
  return { ...both, before: both.before ?? new Float64Array(both.nodeCount) };
}

function addProfile(builder: ProfileBuilder, profile: Profile, add: (node: NodeId, to: NodeId) => void): void {
  const { nodeCount, parents, labels, texts, owners, sides } = profile;
  const nodes = new Int32Array(nodeCount);
  const ids = texts.map((text, i) => builder.text(text, owners?.[i] ?? 'own'));
  for (let node = 0; node < nodeCount; node++) {
    const parent = parents[node] === ROOT ? ROOT : nodes[parents[node]];
    nodes[node] = builder.child(parent, ids[labels[node]]);
    if (sides !== null && sides[node] !== 0) builder.takeSide(nodes[node], sides[node]);
    add(node, nodes[node]);
  }
}

/** The functions of an overlay that changed: by what ends in them, then by what they hold, then by name. */
export function listFunctionChanges(profile: Profile): FunctionChange[] {
  const { texts, owners, self, before } = profile;
  if (before === null) return [];
  const then = weighTexts(profile, before, totalWeights(profile, before));
  const now = weighTexts(profile, self, totalWeights(profile));
  const changes: FunctionChange[] = [];
  texts.forEach((text, i) => {
    const change = {
      function: text,
      owner: owners?.[i] ?? 'own',
      self: { before: then.self[i], after: now.self[i] },
      total: { before: then.total[i], after: now.total[i] },
    } as const;
    if (change.self.before !== change.self.after || change.total.before !== change.total.after) changes.push(change);
  });
  return changes.sort(
    (a, b) => sizeOf(b.self) - sizeOf(a.self) || sizeOf(b.total) - sizeOf(a.total) || (a.function < b.function ? -1 : 1),
  );
}

function sizeOf({ before, after }: { before: number; after: number }): number {
  return Math.abs(after - before);
}
