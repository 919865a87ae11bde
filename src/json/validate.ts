import { ReleaseError, type ReleaseErrorCode } from '../errors.ts';
import { explainFaults } from './explain-faults.ts';

export { explainFaults };

/** One fault as the compiled schema reports it. */
export interface SchemaFault {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly message?: string;
  /** The key at fault, where the schema is about keys. */
  readonly propertyName?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A validator that the build compiled from `schemas/`. */
export interface SchemaValidator {
  (value: unknown): boolean;
  errors?: readonly SchemaFault[] | null;
}

/** What a document is and what to say when it does not fit its schema. */
export interface DocumentRules {
  readonly validate: SchemaValidator;
  readonly source: string;
  readonly code: ReleaseErrorCode;
}

/**
 * Returns `value` as `T` once its schema accepts it. The one place where a parsed document gets its type.
 *
 * @throws ReleaseError with the given code and one detail per fault, each naming a field
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the type of its schema
export function checkDocument<T>(value: unknown, { validate, source, code }: DocumentRules): T {
  if (validate(value)) return value as T;
  const faults = explainFaults(validate.errors ?? [], value);
  const count = faults.length === 1 ? 'One field does' : `${faults.length} fields do`;
  throw new ReleaseError(
    code,
    `${source} does not follow its schema. ${count} not fit: ${faults.slice(0, 8).join('; ')}.`,
    {
      fix: `Correct ${faults.length === 1 ? 'that field' : 'these fields'} in ${source}.`,
      details: faults,
    },
  );
}
