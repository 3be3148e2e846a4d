/**
 * Flags from the schemas of families: an option whose schema has `metadata({ flag, value })` and a description is one on the command line,
 * with the schema's default and range.
 */
import { InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import type { Family } from '../models/model.js';

export interface FamilyFlag {
  family: string;
  /** the flag in camelCase, as commander names it */
  flag: string;
  /** the family's name of the option */
  name: string;
  option(): Option;
}

interface Entry extends v.GenericSchema {
  wrapped?: v.GenericSchema;
  default?: unknown;
}

export function flagsOf({ name: family, options }: Family): FamilyFlag[] {
  return Object.entries(options.entries as Record<string, Entry>).flatMap(([name, entry]) => {
    const schema = entry.wrapped ?? entry;
    const { flag, value } = v.getMetadata(schema) as { flag?: string; value?: string };
    if (flag === undefined) return [];
    const option = () =>
      new Option(
        `--${flag} <${value}>`,
        `of --model ${family}: ${v.getDescription(schema)} (default: ${entry.default})`,
      ).argParser((text) => parsed(schema, text));
    return [{ family, flag: option().attributeName(), name, option }];
  });
}

/** A text by the schema: numbers, and lists of them separated by commas. */
function parsed(schema: v.GenericSchema, text: string): unknown {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const candidates = [numbers.length === 1 ? numbers[0] : undefined, numbers, text];
  for (const candidate of candidates) {
    const result = v.safeParse(schema, candidate);
    if (result.success) return result.output;
  }
  const { issues } = v.safeParse(schema, numbers.length === 1 && schema.type === 'number' ? numbers[0] : numbers);
  throw new InvalidArgumentError(`Expected ${issues?.[0].message ?? 'another value'}.`);
}
