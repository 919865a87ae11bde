import { expect, test } from 'vitest';
import { withoutUrlSecrets } from '../../src/cli/failure.ts';

test.each([
  ['from a URL: http://user:hunter2@127.0.0.1/x.json', 'from a URL: http://127.0.0.1/x.json'],
  ['GET https://a.example/p?X-Amz-Signature=hunter2 failed', 'GET https://a.example/p failed'],
  ['s3://key@bucket/a#hunter2', 's3://bucket/a'],
  [
    'connect ECONNREFUSED 127.0.0.1:1, asked me@example.com',
    'connect ECONNREFUSED 127.0.0.1:1, asked me@example.com',
  ],
])('"%s" is shown without what is secret in its URL', (text, shown) => {
  expect(withoutUrlSecrets(text)).toBe(shown);
});
