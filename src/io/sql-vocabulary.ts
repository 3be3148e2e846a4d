/**
 * What an expression from outside may say, in DuckDB's words: the functions that compute a value of one row from values of that row, and the
 * types it may cast to. A name that is not here is refused (expression.ts).
 *
 * Not here are aggregates, what depends on chance (random), reads files, settings or the environment, ends the query (error), takes time
 * (sleep_ms), or makes much of little (repeat, lpad, range, list functions, casts to lists, bits and bytes).
 */

const words = (text: string) => text.trim().split(/\s+/);

export const FUNCTIONS: ReadonlySet<string> = new Set(
  words(`
  + - * / // % ** ^ & | << >> ~ @ xor add subtract multiply divide mod fmod fdiv pow power
  abs ceil ceiling floor round round_even trunc sign sqrt cbrt exp ln log log2 log10 greatest least pi
  sin cos tan asin acos atan atan2 degrees radians isnan isinf isfinite even gcd lcm hash

  || concat concat_ws lower lcase upper ucase trim ltrim rtrim length len strlen char_length character_length
  left right substr substring reverse replace translate strip_accents starts_with ^@ prefix ends_with suffix contains
  instr strpos position split_part ascii unicode ord chr md5 sha256 nullif
  ~~ !~~ ~~* !~~* like_escape not_like_escape ilike_escape not_ilike_escape
  regexp_matches regexp_full_match regexp_extract regexp_replace ->> json_extract_string

  year quarter month week day hour minute second millisecond microsecond decade century dayofweek weekday isodow dayofmonth
  dayofyear weekofyear yearweek isoyear dayname monthname last_day epoch epoch_ms epoch_us epoch_ns julian
  date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add age time_bucket timezone
  make_date make_time make_timestamp to_timestamp strftime strptime try_strptime
  to_years to_quarters to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds
  now today get_current_timestamp transaction_timestamp current_date current_localtimestamp`),
);

/** What stands without parentheses and is no column, where the log has no column of that name. */
export const MOMENTS: ReadonlySet<string> = new Set(words('current_date current_timestamp localtimestamp'));

export const TYPES: ReadonlySet<string> = new Set([
  ...words('BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE DECIMAL'),
  ...words('VARCHAR DATE TIME TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL'),
  'TIMESTAMP WITH TIME ZONE',
]);

/**
 * Arguments that must be written out, by their numbers: what says how to compute. An error may quote them, so they must not come from a row;
 * and what grows by them (replace), or takes time by them (LIKE), can be told before any row is read.
 */
export const WRITTEN_OUT: Readonly<Record<string, readonly number[]>> = {
  '~~': [1],
  '!~~': [1],
  '~~*': [1],
  '!~~*': [1],
  like_escape: [1, 2],
  not_like_escape: [1, 2],
  ilike_escape: [1, 2],
  not_ilike_escape: [1, 2],
  regexp_matches: [1, 2],
  regexp_full_match: [1, 2],
  regexp_extract: [1, 2, 3],
  regexp_replace: [1, 2, 3],
  replace: [2],
  '->>': [1],
  json_extract_string: [1],
  date_part: [0],
  datepart: [0],
  date_trunc: [0],
  datetrunc: [0],
  date_diff: [0],
  datediff: [0],
  date_sub: [0],
  datesub: [0],
  timezone: [0],
  strftime: [1],
  strptime: [1],
  try_strptime: [1],
};
