/** A worker that knows the family of constant.ts besides those of the package. */
import { register } from './constant.js';

register();

export { default } from '../../src/scheduler/worker.js';
