import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { gatherAuditState } from '../../src/audit/gather.ts';
import { ReleaseError } from '../../src/errors.ts';
import { logKey } from '../../src/release/layout.ts';
import { verifyDocument } from '../../src/trust/verify.ts';
import { type Project, publishNow, readFolder } from '../support/project.ts';
import { flipBits } from './flip-bits.ts';
import { bytesOf, failuresOf, OLD, policyOf, signedProject } from './signed-project.ts';

const ENTRY = logKey('stable', 1);

test('the verifier refuses a signed log entry with any one bit flipped', async () => {
  const entry = bytesOf(await signedProject(), ENTRY);
  const policy = policyOf(OLD);
  expect(verifyDocument(entry, 'log-entry', { policy })).toHaveProperty('content');
  const accepted: number[] = [];
  flipBits(entry, (flipped, bit) => {
    if (typeof verifyDocument(flipped, 'log-entry', { policy }) !== 'string') accepted.push(bit);
  });
  expect(accepted).toEqual([]);
});

/** What each command that reads a channel makes of it: true where it refuses, or tells an error. */
const COMMANDS: Readonly<Record<string, (project: Project) => Promise<boolean>>> = {
  publish: async (project) => publishNow(await project.session()).then(({ problems }) => problems.length > 0),
  verify: async (project) => (await failuresOf(project)).length > 0,
  audit: async (project) => {
    const question = { asOf: new Date('2026-12-02'), only: [], full: false };
    const findings = audit(await gatherAuditState(await project.session(), question));
    return findings.some(({ severity }) => severity === 'error');
  },
};

const refuses = async (act: Promise<boolean>): Promise<boolean> =>
  act.catch((error: unknown) => {
    if (error instanceof ReleaseError) return true;
    throw error;
  });

test('publish, verify and audit each tell of a log entry with one bit flipped, and nothing is written', async () => {
  const project = await signedProject();
  const entry = bytesOf(project, ENTRY);
  for (const command of Object.values(COMMANDS)) expect(await refuses(command(project))).toBe(false);
  const flips: { readonly bytes: Buffer; readonly bit: number }[] = [];
  flipBits(entry, (bytes, bit) => flips.push({ bytes, bit }), Math.floor((entry.length * 8) / FLIPS) | 1);
  const believed: string[] = [];
  for (const { bytes, bit } of flips) {
    writeFileSync(join(project.cdn, ENTRY), bytes);
    const before = readFolder(project.cdn);
    for (const [name, command] of Object.entries(COMMANDS))
      if (!(await refuses(command(project)))) believed.push(`${name} at bit ${bit}`);
    expect(readFolder(project.cdn)).toEqual(before);
  }
  expect(flips.length).toBeGreaterThan(FLIPS / 2);
  expect(believed).toEqual([]);
});

/** An odd step between them reaches each of the eight bits of a byte. */
const FLIPS = 24;
