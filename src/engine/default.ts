/**
 * The engine that estimators share when they are given none; it starts at first use. Each entry of the package says how engines are made
 * in its runtime, so that the estimators know none.
 */
import { errors } from '../errors.js';
import type { Engine } from './engine.js';

let create: (() => Promise<Engine>) | undefined;
let processWide: Promise<Engine> | undefined;

/** How to make the engine. */
export function provideDefaultEngine(make: () => Promise<Engine>): void {
  create ??= make;
}

/** The process-wide engine, with the defaults. @throws CameoError 'runtime' where the entry provides none */
export function defaultEngine(): Promise<Engine> {
  if (!create) throw errors.runtime('There is no process-wide engine here: give one in the options.');
  processWide ??= create();
  return processWide;
}
