import { ReleaseError } from '../errors.ts';
import type { SignatureQuery } from '../model/signature.ts';

/** The adapter that was named, by flag or within an identifier; `USAGE` when the two disagree. */
export function pickAdapter(
  named: string | undefined,
  query: SignatureQuery | undefined,
): string | undefined {
  const implied = query?.adapterName ?? undefined;
  if (named === undefined || implied === undefined || named === implied) return named ?? implied;
  throw new ReleaseError(
    'USAGE',
    `--adapter is "${named}", but the identifier in --signature is of "${implied}".`,
    { fix: 'Leave --adapter out, or pass the identifier of that adapter.' },
  );
}

/** The one adapter there is; `USAGE` when there are several, or none. */
export function onlyAdapter(names: readonly string[]): string {
  const [first, second] = names;
  if (first !== undefined && second === undefined) return first;
  throw new ReleaseError(
    'USAGE',
    first === undefined
      ? 'There is no adapter to resolve.'
      : `Several adapters could be meant: ${names.join(', ')}.`,
    {
      fix:
        first === undefined
          ? 'Register one with `fmrelease adapter add <path> --build <version>`.'
          : 'Name one with --adapter.',
    },
  );
}
