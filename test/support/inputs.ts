/** What features give a model to read, where all encodings are alike to the test. */
import type { Inputs, InputsOf } from '../../src/models/model.js';
import { ENCODINGS } from '../../src/prepare/feature.js';

export const inputsFor = (inputs: Inputs): InputsOf =>
  Object.fromEntries(ENCODINGS.map((encoding) => [encoding, inputs])) as InputsOf;
