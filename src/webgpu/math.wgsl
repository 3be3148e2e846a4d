// Elementary functions as in assembly/math.ts (Cephes): WGSL's own are only within an absolute error.

// e^x = 2^n e^r; beyond the range of float32 it stays at the range's end.
fn exp1(x: f32) -> f32 {
  let clamped = clamp(x, -87.0, 88.0);
  let n = round(clamped * 1.44269504088896341);
  var r = clamped - n * 0.693359375;
  r = r + n * 2.12194440e-4;
  var p = 1.9875691500e-4;
  p = fma(p, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  p = r * r * p + r + 1.0;
  return p * bitcast<f32>(u32(i32(n) + 127) << 23u);
}

// ln x for normal x above 0: x = m 2^e with sqrt(1/2) <= m < sqrt(2).
fn log1(x: f32) -> f32 {
  let word = bitcast<u32>(x);
  var e = i32(word >> 23u) - 126;
  var m = bitcast<f32>((word & 0x007fffffu) | 0x3f000000u);
  if (m < 0.707106781186547524) {
    e = e - 1;
    m = m + m;
  }
  m = m - 1.0;
  let n = f32(e);
  let z = m * m;
  var p = 7.0376836292e-2;
  p = fma(p, m, -1.1514610310e-1);
  p = fma(p, m, 1.1676998740e-1);
  p = fma(p, m, -1.2420140846e-1);
  p = fma(p, m, 1.4249322787e-1);
  p = fma(p, m, -1.6668057665e-1);
  p = fma(p, m, 2.0000714765e-1);
  p = fma(p, m, -2.4999993993e-1);
  p = fma(p, m, 3.3333331174e-1);
  p = p * m * z + n * -2.12194440e-4 - 0.5 * z;
  return m + p + n * 0.693359375;
}

// An odd polynomial below 0.625, 1 - 2 / (e^2x + 1) above.
fn tanh1(x: f32) -> f32 {
  let z = x * x;
  if (z < 0.390625) {
    var p = -5.70498872745e-3;
    p = fma(p, z, 2.06390887954e-2);
    p = fma(p, z, -5.37397155531e-2);
    p = fma(p, z, 1.33314422036e-1);
    p = fma(p, z, -3.33332819422e-1);
    return p * z * x + x;
  }
  let far = 1.0 - 2.0 / (exp1(2.0 * abs(x)) + 1.0);
  return select(far, -far, x < 0.0);
}

fn logistic1(x: f32) -> f32 {
  return 1.0 / (1.0 + exp1(-x));
}

// -log(sigma(x)), and log(1 + e^x) at -x.
fn softplus_of_minus(x: f32) -> f32 {
  return max(-x, 0.0) + log1(1.0 + exp1(-abs(x)));
}
