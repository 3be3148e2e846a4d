/** What the held-out rows say of acting on the scores: whether they are shares, and what a threshold does. */
import { errors } from '../errors.js';
import { calibrationError, type ReliabilityBin, reliability, reliabilityOfClasses } from '../metrics/calibration.js';
import {
  type CurvePoint,
  confusionMatrix,
  costOf,
  cutAt,
  likeliest,
  pointOf,
  precisionRecallCurve,
  type Rule,
  THRESHOLD,
  thresholdOf,
} from '../metrics/decisions.js';
import type { Target } from '../prepare/target.js';

/** What a fit may ask of the threshold: one of these. */
export interface RuleOptions {
  threshold?: number;
  cost?: string;
  recall?: number;
  top?: number;
}

/** On the held-out rows. */
export interface Decisions {
  /** expected calibration error over the bins of `reliability`: of the score, or of the likeliest class's probability */
  calibrationError: number;
  reliability: ReliabilityBin[];
  /** rows by what they are and what is predicted: [truth][prediction], in the order of the classes; of at most 50 classes */
  confusionMatrix?: number[][];
  /** of two classes: rows whose score is above are predicted to be the last class */
  threshold?: Threshold;
  /** of two classes: precision and recall over thresholds, at most 50 */
  curve?: CurvePoint[];
}

export interface Threshold extends CurvePoint {
  /** what it follows from; absent for .5, where nothing was asked for */
  rule?: Rule;
  /** what its errors cost together, by the rule's costs */
  cost?: number;
}

const MOST_CLASSES = 50;

/**
 * The rule that is asked for; undefined for none. Values are in their ranges already.
 * @throws CameoError 'argument' for more than one, and for costs that are no two numbers
 */
export function ruleOf(options: RuleOptions): Rule | undefined {
  const names = (['threshold', 'cost', 'recall', 'top'] as const).filter((name) => options[name] !== undefined);
  if (names.length > 1)
    throw errors.invalid(`Options '${names.join("' and '")}' each say what the threshold is. Leave out all but one.`);
  const [by] = names;
  if (by === undefined) return undefined;
  if (by !== 'cost') return { by, value: options[by] as number };
  const found = /^\s*(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)\s*$/.exec(options.cost as string);
  const [value, alarm] = [Number(found?.[1]), Number(found?.[2])];
  if (!(value > 0 && alarm > 0))
    throw errors.option(
      'cost',
      "two numbers above 0, such as '10:1' where a missed positive costs 10 and a false alarm 1",
      `'${options.cost}'`,
    );
  return { by, value, alarm };
}

/** @throws CameoError 'argument' for a rule where no target has two classes */
export function checkRule(rule: Rule | undefined, targets: readonly Target[]): void {
  if (rule && !targets.some(({ task }) => task === 'binary'))
    throw errors.invalid(`Option '${rule.by}' decides between two classes, and no target has two. Leave it out.`);
}

/**
 * @param truth of the held-out rows, the class
 * @param scores [rows, outputs]
 * @returns undefined for a number
 * @throws CameoError 'data' where a rule needs positives and there are none
 */
export function decide(
  { name, task, classes }: Target,
  truth: Float64Array,
  scores: Float32Array,
  rule: Rule | undefined,
): Decisions | undefined {
  if (task === 'regression') return undefined;
  const n = classes.length;
  if (task === 'multiclass') {
    const bins = reliabilityOfClasses(truth, scores, n);
    return {
      calibrationError: calibrationError(bins),
      reliability: bins,
      ...(n <= MOST_CLASSES && { confusionMatrix: confusionMatrix(truth, likeliest(scores, truth.length, n), n) }),
    };
  }
  const positives = truth.reduce((sum, y) => sum + y, 0);
  if (positives === 0 && (rule?.by === 'recall' || rule?.by === 'cost')) throw errors.noPositives(name, rule.by);
  const threshold = rule ? thresholdOf(rule, truth, scores) : THRESHOLD;
  const cut = cutAt(truth, scores, threshold);
  const bins = reliability(truth, scores);
  const predicted = Array.from(scores, (score) => Number(score > threshold));
  return {
    calibrationError: calibrationError(bins),
    reliability: bins,
    confusionMatrix: confusionMatrix(truth, predicted, n),
    threshold: {
      ...pointOf(cut, truth.length, positives),
      ...(rule && { rule }),
      ...(rule?.by === 'cost' && { cost: costOf(rule, cut, positives) }),
    },
    curve: precisionRecallCurve(truth, scores),
  };
}
