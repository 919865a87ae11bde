import { appendFileSync } from 'node:fs';

/** Notes in how many histories a seeded bug was found, where `npm run test:mutants` asks for it. */
export function reportFound(bug: string, histories: number): void {
  const file = process.env['FMRELEASE_MUTANT_REPORT'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ bug, histories })}\n`);
}
