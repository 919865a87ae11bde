import { expect, test, vi } from 'vitest';
import { writeJsonDocument } from '../../src/cli/output.ts';

test('a process prints one document: what comes behind the answer is dropped', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  writeJsonDocument('publish', { result: {} });
  writeJsonDocument('publish', { error: { code: 'INTERRUPTED' } });
  const printed = write.mock.calls.map(([text]) => text);
  write.mockRestore();
  expect(printed).toEqual(['{\n  "formatVersion": 1,\n  "command": "publish",\n  "result": {}\n}\n']);
});
