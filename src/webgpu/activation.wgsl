// Activation functions of a dense layer and their derivatives, by the codes of assembly/activation.ts. Needs math.wgsl.

fn activate(a: f32, code: u32) -> f32 {
  switch code {
    case 1u: { return max(a, 0.0); }
    case 2u: { return logistic1(a); }
    case 3u: { return tanh1(a); }
    default: { return a; }
  }
}

// f'(a) from h = f(a)
fn derivative(h: f32, code: u32) -> f32 {
  switch code {
    case 1u: { return select(0.0, 1.0, h > 0.0); }
    case 2u: { return h * (1.0 - h); }
    case 3u: { return 1.0 - h * h; }
    default: { return 1.0; }
  }
}
