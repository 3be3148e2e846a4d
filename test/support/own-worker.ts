/** A worker's module as somebody else would write it: it adds a predictor, and a program that runs any predictor. */
import type { Predictor, PredictorKind, PredictorPlan } from '../../src/programs/predictor.js';
import type { Program } from '../../src/programs/program.js';
import { predictors, programs } from '../../src/scheduler/worker.js';
import { Layout } from '../../src/wasm/memory.js';

export { default } from '../../src/scheduler/worker.js';

/** The same raw output for every row. */
export interface ConstantPlan extends PredictorPlan {
  readonly kind: 'constant';
  value: number;
}

const constant: PredictorKind<ConstantPlan> = (_kernels, memory, { value }, layout, batch): Predictor => {
  const out = layout.take(batch * 4);
  return {
    run(_x, count) {
      new Float32Array((memory as WebAssembly.Memory).buffer, out, count).fill(value);
      return out;
    },
    explain: () => {},
  };
};

export interface RawArgs {
  plan: PredictorPlan;
  rows: number;
  scratch: number;
}

/** The raw outputs of some rows, as numbers. */
const raw: Program<RawArgs, number[]> = (kernels, memory, { plan, rows, scratch }) => {
  const predictor = predictors[plan.kind](kernels, memory, plan, new Layout(scratch), rows);
  return [...new Float32Array(memory.buffer, predictor.run(0, rows), rows)];
};

predictors.constant = constant as PredictorKind;
Object.assign(programs, { raw });
