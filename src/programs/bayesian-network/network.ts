/**
 * A discrete Bayesian network as plain data: variables with named states, a directed graph without cycles, and the probability of each
 * state given the states of the variable's parents (Pearl 1988; Koller and Friedman 2009, chapter 3).
 *
 *     P(x₁, …, xₙ) = ∏ᵢ P(xᵢ | parents of xᵢ)
 */
export interface DiscreteNetwork {
  /** of each variable */
  readonly names: readonly string[];
  /** of each variable, its states' names; at least one */
  readonly states: readonly (readonly string[])[];
  /** of each variable, its parents' positions, in the order of its table's axes */
  readonly parents: readonly (readonly number[])[];
  /** of each variable f64[combinations of the parents' states, own states], the last parent's state fastest; each row sums to 1 */
  readonly tables: readonly Float64Array[];
}
