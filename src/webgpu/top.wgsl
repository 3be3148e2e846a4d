// A score that is not there: minus infinity is written as the lowest number, since WGSL knows no infinity.
const ABSENT = -3.4028234e38;
const LOWEST = -3.0e38;
