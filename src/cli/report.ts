/** What a job has to tell, as --json prints it. */
import type { Capabilities } from '../engine/capabilities.js';
import type { Behaviour } from '../events/behaviour.js';
import { matchedRows } from '../events/features.js';
import { timeText } from '../events/time.js';
import type { Evaluation, Task } from '../metrics/index.js';
import type { Candidate } from '../models/model.js';
import type { Profiler } from '../profile/profiler.js';
import { behaviourOf } from '../profile/sections.js';
import type { RecommenderEvaluation } from '../recommend/evaluate.js';
import type { Choice } from '../recommend/recommender.js';
import type { Decisions } from '../score/decisions.js';
import type { Importance } from '../score/importance.js';
import type { CrossValidation } from '../score/score.js';
import type { TextSummary } from '../score/texts.js';
import type { EventCounts, Events } from '../table/events.js';
import type { Ignored, ReadingNote, Table } from '../table/table.js';
import type { Warning } from '../warnings.js';
import type { Stage } from './stages.js';
import { warningsOf } from './warnings.js';

export interface TargetReport {
  features: number;
  target: string;
  task: Task;
  evaluation: Evaluation | null;
  /** on the rows held out in training: calibration, confusion matrix and threshold; null for a number */
  decisions: Decisions | null;
  crossValidation: CrossValidation | null;
  /** the family of the model, and what it was chosen from, where there was a choice */
  family: string;
  candidates: readonly Candidate[];
  importances: Importance[];
  /** columns that were left out, and why */
  ignored: Ignored[];
  /** of each column of text: how many terms, and what learnt from them */
  texts: readonly TextSummary[];
}

export interface EventReport {
  users: number;
  /** null where the log names none */
  items: number | null;
  events: EventCounts;
  /** ISO 8601 without a zone */
  asOf: string;
  segments: Record<string, number>;
  lifecycle: Record<string, number>;
  evaluation: RecommenderEvaluation | null;
  /** how the recommender was chosen; null where it was named */
  choice: Choice | null;
}

interface Common {
  /** what may be wrong with the data */
  warnings: Warning[];
  /** seconds */
  timings: Record<Stage | 'total', number>;
  capabilities: Capabilities;
  /** where the model is, null when it was not saved */
  model: string | null;
  output: string | null;
}

interface OfTable extends Common {
  rows: number;
  /** what reading the table found out or decided, such as how a column writes its numbers */
  reading: readonly ReadingNote[];
  /** values without a label of their own, by column of categories; of dates cells that are none */
  unknownCategories: Record<string, number>;
  /** of the events beside the table, null without; `matched`: rows of the table that have events */
  events: (EventReport & { matched: number }) | null;
}

/** Of a table with one target, with several, and of events alone. */
export type Report = (OfTable & TargetReport) | (OfTable & { targets: TargetReport[] }) | (Common & EventReport);

interface Told extends Omit<Common, 'warnings'> {
  profiler: Profiler;
  events?: Events;
  table?: Table | AsyncIterable<Table>;
  rows: number;
  evaluations: (Evaluation | null)[];
  recommendations: RecommenderEvaluation | null;
  /** whether the model was fitted on this table, or loaded */
  trained: boolean;
}

export function reportOf(told: Told): Report {
  const { profiler, events, timings, capabilities, model, output } = told;
  const common = { warnings: warningsOf(told), timings, capabilities, model, output };
  const behaviour = behaviourOf(profiler.sections);
  const learnt = events && behaviour && eventReport(profiler, events, behaviour, told.recommendations);
  if (profiler.scores.length === 0) return { ...(learnt as EventReport), ...common };
  const targets = profiler.scores.map(({ score: { target, features, summary } }, t): TargetReport => {
    const { family, candidates = [], decisions = null, importances, crossValidation, ignored, texts = [] } = summary;
    return {
      features: features.list.length,
      target: target.name,
      task: target.task,
      evaluation: told.evaluations[t],
      decisions,
      crossValidation,
      family,
      candidates,
      importances,
      ignored,
      texts,
    };
  });
  const { rows, table } = told;
  const rest = {
    reading: (table && 'notes' in table && table.notes) || [],
    unknownCategories: profiler.unknownCategories,
    events:
      learnt && behaviour ? { ...learnt, matched: matchedRows(told.table as Table, profiler.id as string, behaviour) } : null,
    ...common,
  };
  return targets.length === 1 ? { rows, ...targets[0], ...rest } : { rows, targets, ...rest };
}

function eventReport(
  profiler: Profiler,
  events: Events,
  { users, segment, lifecycle }: Behaviour,
  evaluation: RecommenderEvaluation | null,
): EventReport {
  const tally = (names: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  return {
    users: users.length,
    items: events.item ? profiler.recommender.items.length : null,
    events: events.counts,
    asOf: timeText(events.asOf),
    segments: tally(segment),
    lifecycle: tally(lifecycle),
    evaluation,
    choice: (events.item && profiler.recommender.choice) || null,
  };
}
