/** Texts that say that there is no value. */

/** What stands for a missing value in other programs: pandas, R, SQL, Excel, and a lone sign. */
const MARK =
  /^(?:[-–—?.…]*|n\/?a\.?|n\.a\.|<na>|#n\/a|-?nan|\(?null\)?|none|nil|\\n|#(?:div\/0|value|ref|null|num|name|nv|zahl|wert|bezug)[!?]?)$/i;

/** Whether a text says that there is no value. */
export const isMissingMark = (text: string): boolean => MARK.test(text.trim());
