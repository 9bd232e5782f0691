/** Profiles turned round, or cut off at the root. */

import { type NodeId, type Profile, ProfileBuilder, ROOT } from '../model/profile.ts';

/** Leaves become roots: the callers of a function stand on it. */
export function reverseProfile(profile: Profile): Profile {
  return rebuild(profile, (path) => path);
}

/** Only stacks with one of these functions, beginning at the one nearest to the root. */
export function rebaseProfile(profile: Profile, names: ReadonlySet<string>): Profile {
  const isBase = profile.texts.map((text) => names.has(text.replace(/ \S+:\d+$/, '')) || names.has(text));
  return rebuild(profile, (path) => {
    const last = path.findLastIndex((node) => isBase[profile.labels[node]]);
    return last < 0 ? null : path.slice(0, last + 1).reverse();
  });
}

/** Each stack with weight anew. `reorder` is given its nodes, leaf first, and gives them root first, or null. */
function rebuild(profile: Profile, reorder: (path: NodeId[]) => NodeId[] | null): Profile {
  const { nodeCount, self, before, byClass, classes, sides, parents, labels, texts, owners, unit, measure } = profile;
  const builder = new ProfileBuilder(classes);
  for (let node = 0; node < nodeCount; node++) {
    if (self[node] === 0 && (before === null || before[node] === 0)) continue;
    const path: NodeId[] = [];
    for (let at = node; at !== ROOT; at = parents[at]) path.push(at);
    const ordered = reorder(path);
    if (ordered === null) continue;
    const side = sides?.[node] ?? 0;
    let to = ROOT;
    for (const at of ordered) {
      to = builder.child(to, builder.text(texts[labels[at]], owners?.[labels[at]] ?? 'own'));
      if (side !== 0) builder.takeSide(to, side);
    }
    builder.add(to, self[node]);
    if (before !== null) builder.addBefore(to, before[node]);
    for (let k = 0; byClass !== null && k < classes.length; k++) {
      const weight = byClass[node * classes.length + k];
      if (weight > 0) builder.classify(to, k, weight);
    }
  }
  return builder.build(unit, measure);
}
