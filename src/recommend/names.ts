/** The names of the recommenders, for whoever offers them without loading them; index.ts and readers.ts have the recommenders themselves. */
export const RECOMMENDERS = ['factorization', 'ials', 'ease', 'neighbours', 'item2vec', 'popularity'] as const;
