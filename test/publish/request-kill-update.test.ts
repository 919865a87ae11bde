import { testKills } from './request-kill-suite.ts';

testKills({
  file: 'test/publish/request-kill-update.test.ts',
  scenarios: ['an update', 'a promotion'],
  salt: 1_000_000,
});
