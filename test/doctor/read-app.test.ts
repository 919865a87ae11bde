import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readApp } from '../../src/doctor/app/read-app.ts';

test.skipIf(!existsSync('/proc/self/fdinfo'))('a folder that may not be read is one error', async () => {
  // not even root may list what the kernel keeps here
  await expect(readApp('/proc', '/proc')).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringMatching(/^".+" cannot be read \(E[A-Z]+\)\.$/),
  });
});
