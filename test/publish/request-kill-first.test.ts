import { testKills } from './request-kill-suite.ts';

testKills({
  file: 'test/publish/request-kill-first.test.ts',
  scenarios: ['a first publish', 'a rollback'],
  salt: 0,
});
