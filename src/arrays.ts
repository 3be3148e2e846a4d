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
