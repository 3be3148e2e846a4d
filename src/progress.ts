/** What a long piece of work tells of itself. */
export interface Progress {
  stage: 'read' | 'events' | 'recommend' | 'prepare' | 'train' | 'evaluate' | 'cross-validate' | 'profile' | 'write';
  /** `done` of `total`; 0 for a total that is not known */
  done: number;
  total: number;
  /** what is counted, where it is not rows, users or rounds */
  unit?: 'bytes';
  /** the metric or loss so far, in words */
  note?: string;
}
