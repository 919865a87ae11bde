import { ReleaseError, type ReleaseErrorCode } from '../errors.ts';

/** One fault as the compiled schema reports it. */
export interface SchemaFault {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly message?: string;
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
export function checkDocument<T>(value: unknown, { validate, source, code }: DocumentRules): T {
  if (validate(value)) return value as T;
  const faults = explainFaults(validate.errors ?? [], value);
  const count = faults.length === 1 ? 'One field does' : `${faults.length} fields do`;
  throw new ReleaseError(code, `${source} does not follow its schema. ${count} not fit: ${faults.slice(0, 8).join('; ')}.`, {
    fix: `Correct ${faults.length === 1 ? 'that field' : 'these fields'} in ${source}.`,
    details: faults,
  });
}

/** Returns one readable line per fault, without the noise that alternatives (`oneOf`, `anyOf`) add. */
export function explainFaults(faults: readonly SchemaFault[], value: unknown): string[] {
  const alternatives = faults.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  const own = faults.filter((fault) => !alternatives.some((outer) => isBranchOf(fault, outer)));
  return [...new Set(own.map((fault) => explainFault(fault, faults, value)))];
}

const isBranchOf = (fault: SchemaFault, outer: SchemaFault): boolean =>
  fault !== outer && fault.schemaPath !== outer.schemaPath && fault.instancePath.startsWith(outer.instancePath) &&
  (fault.schemaPath.startsWith(`${outer.schemaPath}/`) || fault.schemaPath.startsWith('#/$defs/') || fault.instancePath.length > outer.instancePath.length);

function explainFault(fault: SchemaFault, all: readonly SchemaFault[], value: unknown): string {
  const place = fieldName(fault.instancePath);
  const found = describe(valueAt(value, fault.instancePath));
  switch (fault.keyword) {
    case 'required':
      return `${place === '(document)' ? '' : `${place}: `}"${fault.params['missingProperty']}" is missing`;
    case 'additionalProperties':
      return `${place}: "${fault.params['additionalProperty']}" is not a known key`;
    case 'enum':
      return `${place}: expected one of ${(fault.params['allowedValues'] as unknown[]).join(', ')}, found ${found}`;
    case 'const':
      return `${place}: expected ${JSON.stringify(fault.params['allowedValue'])}, found ${found}`;
    case 'pattern':
      return `${place}: expected the pattern ${fault.params['pattern']}, found ${found}`;
    case 'oneOf':
    case 'anyOf':
      return `${place}: expected ${explainAlternatives(fault, all)}, found ${found}`;
    default:
      return `${place}: ${fault.message ?? fault.keyword}, found ${found}`;
  }
}

function explainAlternatives(outer: SchemaFault, all: readonly SchemaFault[]): string {
  const branches = all.filter((fault) => isBranchOf(fault, outer));
  const names = branches.filter(({ keyword }) => keyword === 'required').map(({ params }) => `"${params['missingProperty']}"`);
  const values = branches.filter(({ keyword }) => keyword === 'const').map(({ params }) => JSON.stringify(params['allowedValue']));
  const choices = [...new Set([...values, ...names])];
  return choices.length === 0 ? 'exactly one of the documented forms' : `exactly one of ${choices.join(', ')}`;
}

/** `adapters.summarizer.builds[0].version` for `/adapters/summarizer/builds/0/version`. */
const fieldName = (pointer: string): string =>
  pointer === ''
    ? '(document)'
    : segments(pointer).map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');

const segments = (pointer: string): string[] =>
  pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const valueAt = (value: unknown, pointer: string): unknown =>
  segments(pointer).reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    value,
  );

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
