/** A shard of compressed sparse rows in linear memory. */
export interface CsrShard {
  /** i32[rows + 1], from 0 on */
  indptr: number;
  /** i32[indptr[rows]] */
  indices: number;
  /** f32[indptr[rows]] */
  values: number;
  rows: number;
}
