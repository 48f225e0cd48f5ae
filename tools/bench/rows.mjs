// The rows of the result: what was measured, the figure that was to be reached, and whether it was.

const round = (value) => (value === null || value === undefined ? null : Number(value.toPrecision(4)));

/** A row whose ratio ours / rival must be at most `goal`. */
export function atMost(what, size, ours, rival, goal) {
  const ratio = rival === null ? ours : ours / rival;
  return { what, size, ours: round(ours), rival: round(rival), ratio: round(ratio), goal: `≤ ${goal}`, ok: ratio <= goal };
}

/** A row whose ratio rival / ours must be at least `goal`. */
export function atLeast(what, size, ours, rival, goal) {
  const ratio = rival / ours;
  return { what, size, ours: round(ours), rival: round(rival), ratio: round(ratio), goal: `≥ ${goal}`, ok: ratio >= goal };
}

/** A row that is told and has no goal. */
export const told = (what, size, ours, rival) => ({ what, size, ours: round(ours), rival: round(rival), ratio: rival ? round(ours / rival) : null, goal: null, ok: true });

const SEEDS_GOALS = new Map([
  [1000, 400],
  [10_000, 3000],
  [100_000, 25_000],
]);

/** Rows of one size of the frame case. */
export function frameRows(size, { ours, plain, seeds }) {
  const rows = [atMost("one message, frame text to its row, mean, µs; rival: plain JS", size, ours.mean, plain.mean, 1.5)];
  rows.push(told("the same, median", size, ours.p50, plain.p50));
  const goal = SEEDS_GOALS.get(size);
  if (seeds && goal) rows.push(atLeast("the same, mean; rival: the seeds", size, ours.mean, seeds.mean, goal));
  return rows;
}

/** Rows about growth, from the results of all sizes. */
export function growthRows(bySize) {
  const rows = [];
  const [small, large] = [bySize.get(1000), bySize.get(100_000)];
  if (small && large) rows.push(atMost("growth: mean at 100,000 by mean at 1,000, µs", 100_000, large.ours.mean, small.ours.mean, 1.5));
  const middle = bySize.get(10_000) ?? small;
  if (middle) rows.push(atMost("steadiness: p99 by p50, µs", bySize.has(10_000) ? 10_000 : 1000, middle.ours.p99, middle.ours.p50, 3));
  return rows;
}
