/** How much work goes into what is chosen on the user's data: scores (score/options.ts) and recommendations (recommend/fit.ts). */
export const EFFORTS = ['fast', 'balanced', 'best'] as const;
export type Effort = (typeof EFFORTS)[number];
