/** Table of contents of the twins, by the name of their program. */
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import { factorize } from './factorization/factorize.js';
import { moments } from './moments.js';
import { predict } from './perceptron/predict.js';
import { train } from './perceptron/train.js';
import { scale } from './scale.js';
import { top } from './top.js';
import type { Twin } from './twin.js';

const table = { factorize, moments, predict, scale, top, train } satisfies {
  [P in ProgramName]?: Twin<ProgramArgs<P>, ProgramResult<P>>;
};

export type TwinName = keyof typeof table;
export const TWINS = Object.keys(table) as TwinName[];

export const isTwin = (program: string): program is TwinName => Object.hasOwn(table, program);

export const twinOf = <P extends TwinName>(program: P) => table[program] as unknown as Twin<ProgramArgs<P>, ProgramResult<P>>;
