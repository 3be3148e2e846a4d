// Random numbers by counter, Philox4x32-10, the same numbers as assembly/random.ts. Needs nothing.

// The high word of a product of 32-bit numbers, by halves.
fn high(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let m = ah * bl + (low >> 16u);
  let k = al * bh + (m & 0xffffu);
  return ah * bh + (m >> 16u) + (k >> 16u);
}

// Number i of a stream.
fn random_bits(i: u32, seed: u32, stream: u32) -> u32 {
  var c = vec4u(i >> 2u, stream, 0u, 0u);
  var k = vec2u(seed, 0u);
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c[i & 3u];
}
