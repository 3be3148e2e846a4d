/** Ranks all items for one shard of users by sparse weights between items (item-scores.ts). */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import type { Control } from '../program.js';
import { ItemScores } from './item-scores.js';

/** Users between two looks at whether the work is wanted. */
const STEP = 16;

export interface RankItemsArgs {
  items: number;
  /** i32[items + 1], i32[entries], f32[entries]: the weights by row */
  starts: number;
  columns: number;
  values: number;
  entries: number;
  /** i32[items] twice: places, and the items by them */
  place: number;
  order: number;
  /** rows of the shard: user r's items are history[offsets[first + r]] …, i32, with weights f32 or 0 for none */
  first: number;
  rows: number;
  users: number;
  offsets: number;
  history: number;
  weights: number;
  n: number;
  /** out i32[rows, n], −1 where there are fewer, and f32[rows, n] */
  ids: number;
  scores: number;
}

export function rankItems(_: Kernels, memory: WebAssembly.Memory, a: RankItemsArgs, control: Control): void {
  const { buffer } = memory;
  const i32 = (at: number, length: number) => new Int32Array(buffer, at, length);
  const f32 = (at: number, length: number) => new Float32Array(buffer, at, length);
  const offsets = i32(a.offsets, a.users + 1);
  const history = i32(a.history, offsets[a.users]);
  const weights = a.weights ? f32(a.weights, offsets[a.users]) : undefined;
  const scorer = new ItemScores(
    { starts: i32(a.starts, a.items + 1), columns: i32(a.columns, a.entries), values: f32(a.values, a.entries) },
    { place: i32(a.place, a.items), order: i32(a.order, a.items) },
  );
  const ids = i32(a.ids, a.rows * a.n).fill(-1);
  const scores = f32(a.scores, a.rows * a.n);
  for (let r = 0; r < a.rows; r++) {
    if (r % STEP === 0 && control.aborted()) throw errors.aborted();
    const [from, to] = [offsets[a.first + r], offsets[a.first + r + 1]];
    const list = scorer.top(history.subarray(from, to), weights?.subarray(from, to), a.n);
    ids.set(list.ids, r * a.n);
    scores.set(list.scores, r * a.n);
  }
}
