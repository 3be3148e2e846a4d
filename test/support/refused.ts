/** What refusals have in common: the error's code, its words, and names of options that nobody knows. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/errors.js';

/** The error that work ends with, which must be one of cameo's own. */
export async function refusal(work: () => unknown): Promise<CameoError> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, CameoError, `${error}`);
    return error as CameoError;
  }
  return assert.unreachable('nothing was refused') as never;
}

/** Holds that work ends with an error of this code and these words. */
export async function refused(work: () => unknown, code: CameoError['code'], message = /./): Promise<void> {
  const error = await refusal(work);
  assert.is(error.code, code, String(error));
  assert.match(error.message, message);
}

/** Any text, and those that every object inherits. */
const names = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty'));

/**
 * Holds that an option with a name that is not known is refused by that name, whatever its value.
 * @param within the group of options that the names are of, with a dot
 */
export async function refusesUnknownNames(known: readonly string[], use: (options: object) => unknown, within = '') {
  await fc.assert(
    fc.asyncProperty(names, fc.constantFrom(undefined, null, 0, 'x', true), async (name, value) => {
      fc.pre(!known.includes(name));
      const options = Object.defineProperty({}, name, { value, enumerable: true });
      const { code, message } = await refusal(() => use(options));
      assert.is(code, 'argument');
      assert.ok(message.startsWith(`Option '${within}${name}' is not known. The options are `), message);
      for (const other of known) assert.ok(message.includes(`'${within}${other}'`), `${other} is not named: ${message}`);
    }),
  );
}

/** Holds that each of these values is refused with the option's name, its range and what was found. */
export async function refusesValues(
  cases: readonly (readonly [options: object, message: RegExp])[],
  use: (options: object) => unknown,
): Promise<void> {
  for (const [options, message] of cases) {
    const error = await refusal(() => use(options));
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
}
