/** What messages are worded with. */

/** Names in quotes, five at most. */
export const quotedList = (names: readonly string[]) => {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  if (names.length > 5) shown.push(`${names.length - 5} more`);
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join('');
};

export const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** What a value is, for messages that must not hold the value itself. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  // Such as Promise, for an await that was forgotten.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return typeof value === 'object' && kind !== 'Object' && kind !== 'Null'
    ? `a ${kind}`
    : value === null
      ? 'null'
      : typeof value;
}

/** The first line of another library's message, without what it quotes of the data. */
export function firstLine(message: string) {
  return message
    .split('\n')[0]
    .replace(/\b(string|value|line:?) (['"]).*\2/gi, '$1')
    .replace(/: ".*"$/, '')
    .replace(/\.$/, '');
}
