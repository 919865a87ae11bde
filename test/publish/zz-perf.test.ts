import { test } from 'vitest';
import { simulate } from '/work/main/test/publish/simulation.ts';
test('perf', async () => {
  await simulate(1);
  const t = performance.now(); let n = 0;
  for (let s = 2; s < 202; s++) n += (await simulate(s)).trace.length;
  console.log((performance.now() - t) / 200, 'ms/history', n / 200, 'steps');
});
