/**
 * `--config FILE`: options in a JSON file, by their long names in camelCase, as cameo.schema.json describes them. What stands
 * on the command line goes before what stands in the file. Values are checked by the same rules as on the command line.
 */
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { CameoError, errors } from '../errors.js';
import { readWhole } from '../io/bytes.js';

export const withConfig = (command: Command): Command =>
  command.option('--config <file>', 'more options, in a JSON file (cameo.schema.json)').hook('preAction', async (_, acting) => {
    const { config } = acting.opts() as { config?: string };
    if (config !== undefined) applyConfig(acting, config, await readConfig(config));
  });

async function readConfig(path: string): Promise<Record<string, unknown>> {
  const text = (await readWhole(path)).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw errors.fileRead(path, new Error('it is not JSON'));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw errors.fileRead(path, new Error('it must hold an object'));
  return value as Record<string, unknown>;
}

/** Sets every option that the command line has not set. */
function applyConfig(command: Command, path: string, config: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(config)) {
    if (name === '$schema') continue;
    const option = command.options.find((o) => o.attributeName() === name);
    if (!option || name === 'config') {
      throw errors.invalid(
        `'${path}' has an option '${name}', which '${command.name()}' does not know. See cameo.schema.json.`,
      );
    }
    if (command.getOptionValueSource(name) === 'cli') continue;
    try {
      command.setOptionValueWithSource(name, parsed(option, value), 'config');
    } catch (error) {
      if (error instanceof CameoError || !(error instanceof InvalidArgumentError)) throw error;
      throw errors.invalid(`Option '${name}' in '${path}': ${error.message}`);
    }
  }
}

function parsed(option: Option, value: unknown): unknown {
  if (option.isBoolean() || option.negate) {
    if (typeof value !== 'boolean') throw new InvalidArgumentError('Expected true or false.');
    return value;
  }
  const text = Array.isArray(value) ? value.join(',') : value;
  if (typeof text !== 'string' && typeof text !== 'number')
    throw new InvalidArgumentError('Expected a text, a number or a list of them.');
  if (option.argChoices && !option.argChoices.includes(String(text))) {
    throw new InvalidArgumentError(`Expected one of ${option.argChoices.join(', ')}.`);
  }
  const parse = option.parseArg as ((text: string, before: unknown) => unknown) | undefined;
  return parse && !option.argChoices ? parse(String(text), undefined) : String(text);
}
