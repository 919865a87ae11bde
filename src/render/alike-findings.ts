import type { Finding } from '../model/finding.ts';

/** Findings that differ in nothing but the name of their subject, each list in the given order. */
export function alikeFindings<Found extends Finding>(
  findings: readonly Found[],
): readonly (readonly Found[])[] {
  const groups = new Map<string, Found[]>();
  for (const finding of findings) {
    const key = withoutSubject(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

/** Code, target, message and fix with the subject's name taken out: equal for two findings that differ in nothing else. */
function withoutSubject({ code, subject, message, fix, target = '' }: Finding): string {
  const [name = ''] = subject.split(' ', 1);
  const text = [code, target, message, fix].join('\u0001');
  if (name === '') return text;
  const word = new RegExp(`(?<![\\w-])${name.replaceAll(/[^\w\s]/g, String.raw`\$&`)}(?![\\w-])`, 'g');
  return `${text}\u0001${subject}`.replaceAll(word, '\u0000');
}
