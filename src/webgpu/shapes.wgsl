// How matrices stand in memory, as in assembly/simd.ts and assembly/dense.ts.

// Floats between two rows of a row-major matrix.
fn stride(columns: u32) -> u32 {
  return select((columns + 7u) & ~7u, 1u, columns == 1u);
}

// Where weight (i, j) of a layer stands in its packed panels.
fn packed(i: u32, j: u32, inputs: u32, units: u32) -> u32 {
  return select((j & ~7u) * inputs + i * 8u + (j & 7u), i, units == 1u);
}
