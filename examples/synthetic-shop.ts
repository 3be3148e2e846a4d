/**
 * A made-up shop, always the same for a seed: users with habits that decide, with some luck, who stops buying. Amounts
 * are skewed, some values are missing, and two columns say nothing, as in real tables.
 */

/** Mulberry32, a small generator that is good enough for a story. */
export function generator(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The users as CSV with a header; `churned` is what there is to predict. */
export function syntheticShop(users = 20_000, seed = 42): string {
  const next = generator(seed);
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)];
  const skewed = (scale: number) => -Math.log(1 - next()) * scale;
  const lines = [
    'user_id,age,city,device,newsletter,favourite_category,visits_30d,orders,spent,days_since_visit,returns,support_calls,churned',
  ];
  for (let i = 0; i < users; i++) {
    const age = 18 + Math.floor(next() * 60);
    const device = pick(['phone', 'phone', 'phone', 'desktop', 'tablet']);
    const newsletter = next() < 0.4;
    const orders = Math.floor(skewed(4));
    const spent = orders * (10 + skewed(45));
    const visits = Math.floor(skewed(6) * (device === 'phone' ? 1.3 : 1));
    const days = Math.floor(skewed(20));
    const returns = Math.min(orders, Math.floor(skewed(0.7)));
    const calls = Math.floor(skewed(0.5));
    const pull = 0.05 * days - 0.18 * visits - 0.12 * orders + 0.6 * returns + 0.7 * calls - 0.8 * Number(newsletter);
    const churned = next() < 1 / (1 + Math.exp(-(pull - 0.3)));
    lines.push(
      [
        `u${String(i).padStart(6, '0')}`,
        next() < 0.08 ? '' : age,
        pick(['Berlin', 'Hamburg', 'Köln', 'München', 'Leipzig', 'Dresden', 'Bremen']),
        device,
        newsletter,
        next() < 0.05 ? '' : pick(['books', 'garden', 'kitchen', 'sport', 'toys', 'fashion']),
        visits,
        orders,
        next() < 0.03 ? '' : spent.toFixed(2),
        days,
        returns,
        calls,
        churned ? 'yes' : 'no',
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}
