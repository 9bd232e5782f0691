/** The weights of a profile over time: what each slice of it adds to the stacks. */

/** The cells of slice `i` are those from `first[i]` up to `first[i + 1]`. */
export interface ProfileWindows {
  /** Where the first slice begins, and how long each is, in nanoseconds. */
  readonly startNs: number;
  readonly sliceNs: number;
  readonly count: number;
  readonly first: Int32Array;
  /** By cell: the profile's node, ascending within a slice; and the weight that ends there. */
  readonly nodes: Int32Array;
  readonly weights: Float64Array;
}
