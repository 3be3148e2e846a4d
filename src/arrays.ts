/** Typed arrays, end to end: a copy. */
export function joined<T extends Uint8Array | Float32Array | Float64Array>(
  Kind: new (length: number) => T,
  pieces: readonly { readonly length: number }[],
): T {
  const all = new Kind(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces as readonly T[]) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The whole numbers from 0 to below n. */
export function range(n: number): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}

/** Where the first infinite value stands; −1 for none. */
export function infiniteAt(values: ArrayLike<number>): number {
  // A difference that is no number although the value is one, told without a call for each value.
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0 && !Number.isNaN(values[i])) return i;
  return -1;
}
