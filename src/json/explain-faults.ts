import type { SchemaFault } from './validate.ts';

/**
 * Returns one readable line per fault, without repeats. Of alternatives (`oneOf`, `anyOf`) it tells what is the matter
 * with the one that the value was meant to be, or else names the choices.
 */
export function explainFaults(faults: readonly SchemaFault[], value: unknown): string[] {
  const inside = new Set(faults.filter(isAlternative).flatMap((outer) => faultsOfBranches(outer, faults)));
  const mistyped = new Set(
    faults
      .filter((fault) => fault.keyword === 'type' && !inside.has(fault))
      .map(({ instancePath }) => instancePath),
  );
  const told = faults.filter(
    (fault) =>
      !inside.has(fault) &&
      !CONSEQUENCES.has(fault.keyword) &&
      !(isAlternative(fault) && mistyped.has(fault.instancePath)),
  );
  return [
    ...new Set(
      told.flatMap((fault) =>
        isAlternative(fault) ? explainAlternative(fault, faults, value) : [explainFault(fault, value)],
      ),
    ),
  ];
}

const isAlternative = ({ keyword }: SchemaFault): boolean => keyword === 'oneOf' || keyword === 'anyOf';

/** The validator reports the faults of every branch just before the alternative; those under `allOf` stand side by side. */
function faultsOfBranches(outer: SchemaFault, faults: readonly SchemaFault[]): readonly SchemaFault[] {
  return faults
    .slice(0, faults.indexOf(outer))
    .filter(
      ({ instancePath, schemaPath }) =>
        (instancePath === outer.instancePath || instancePath.startsWith(`${outer.instancePath}/`)) &&
        (schemaPath.startsWith(`${outer.schemaPath}/`) || !schemaPath.startsWith('#/allOf/')),
    );
}

function explainAlternative(
  outer: SchemaFault,
  all: readonly SchemaFault[],
  value: unknown,
): readonly string[] {
  const place = fieldName(outer.instancePath);
  const found = valueAt(value, outer.instancePath);
  if (Array.isArray(outer.params['passingSchemas'])) {
    return [
      `${place}: holds keys that exclude each other, found ${namesOf(isRecord(found) ? Object.keys(found) : [])}`,
    ];
  }
  const inside = faultsOfBranches(outer, all);
  const branches = toBranches(outer, inside);
  if (branches.length === 1) return explainMixture(outer, inside, value);
  const distance = (branch: readonly SchemaFault[]): number => distanceOf(outer, branch);
  const least = Math.min(...branches.map(distance));
  const nearest = branches.filter((branch) => distance(branch) === least);
  const [only, ...others] = nearest;
  if (only !== undefined && others.length === 0 && least < ANOTHER_SHAPE) return explainFaults(only, value);
  return [`${place}: expected ${choicesOf(outer, nearest.flat())}, found ${describe(found)}`];
}

/**
 * The faults of each branch, by its number. Those of branches that are references carry none and make one branch
 * together; those of a reference deeper down follow the branch before, unless that is of another shape.
 */
function toBranches(outer: SchemaFault, inside: readonly SchemaFault[]): readonly (readonly SchemaFault[])[] {
  const branches = new Map<string, SchemaFault[]>();
  let current = '';
  for (const fault of inside) {
    if (fault.schemaPath.startsWith(`${outer.schemaPath}/`))
      current = fault.schemaPath.slice(outer.schemaPath.length + 1).split('/')[0] ?? '';
    else if (fault.instancePath === outer.instancePath) current = '';
    else if (current !== '' && distanceOf(outer, branches.get(current) ?? []) > 0)
      current = `in ${segments(fault.instancePath).join('/')}`;
    branches.set(current, [...(branches.get(current) ?? []), fault]);
  }
  return [...branches.values()];
}

/** How far a value is from a branch: of that shape, of that shape but incomplete, of another shape. */
function distanceOf({ instancePath }: SchemaFault, branch: readonly SchemaFault[]): number {
  const own = branch.filter((fault) => fault.instancePath === instancePath).map(({ keyword }) => keyword);
  if (own.includes('type') || own.includes('const')) return ANOTHER_SHAPE;
  return own.includes('required') ? 1 : 0;
}

/** Faults of several branches that cannot be told apart: those that more than one branch reports hold in any case. */
function explainMixture(
  outer: SchemaFault,
  inside: readonly SchemaFault[],
  value: unknown,
): readonly string[] {
  const lines = inside
    .filter(({ keyword }) => keyword !== 'const')
    .map((fault) => explainFault(fault, value));
  const shared = [...new Set(lines.filter((line, index) => lines.indexOf(line) !== index))];
  return shared.length > 0
    ? shared
    : [
        `${fieldName(outer.instancePath)}: fits none of the documented forms, found ${describe(valueAt(value, outer.instancePath))}`,
      ];
}

function choicesOf({ instancePath }: SchemaFault, branches: readonly SchemaFault[]): string {
  const own = branches.filter((fault) => fault.instancePath === instancePath);
  const choices = own.flatMap(({ keyword, params }) => {
    if (keyword === 'const') return [JSON.stringify(params['allowedValue'])];
    if (keyword === 'required') return [`"${textOf(params['missingProperty'])}"`];
    return keyword === 'type' ? [textOf(params['type'])] : [];
  });
  const unwanted = own.flatMap(({ keyword, params }) =>
    keyword === 'additionalProperties' ? [`"${textOf(params['additionalProperty'])}"`] : [],
  );
  const names = [...new Set(choices.length > 0 ? choices : unwanted)];
  return names.length === 1 ? names.join() : `exactly one of ${names.join(', ')}`;
}

function explainFault(fault: SchemaFault, value: unknown): string {
  const { instancePath, keyword, params } = fault;
  const place = fieldName(instancePath);
  const found = describe(valueAt(value, instancePath));
  switch (keyword) {
    case 'required':
      return `${instancePath === '' ? '' : `${place}: `}"${textOf(params['missingProperty'])}" is missing`;
    case 'additionalProperties':
      return `${place}: "${textOf(params['additionalProperty'])}" is not a known key`;
    case 'enum':
      return `${place}: expected one of ${[params['allowedValues']].flat().map(textOf).join(', ')}, found ${found}`;
    case 'const':
      return `${place}: expected ${JSON.stringify(params['allowedValue'])}, found ${found}`;
    case 'type':
      return `${place}: expected ${[params['type']].flat().map(textOf).join(' or ')}, found ${found}`;
    case 'pattern':
      return `${place}: expected the pattern ${textOf(params['pattern'])}, found ${fault.propertyName === undefined ? found : `the key "${fault.propertyName}"`}`;
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return `${place}: is empty, expected at least ${textOf(params['limit'])} ${COUNTED[keyword]}`;
    case 'uniqueItems':
      return `${place}: items ${textOf(params['j'])} and ${textOf(params['i'])} are the same`;
    default:
      return `${place}: ${fault.message ?? keyword}, found ${found}`;
  }
}

/** `adapters.summarizer.builds[0].version` for `/adapters/summarizer/builds/0/version`. */
const fieldName = (pointer: string): string =>
  pointer === ''
    ? '(document)'
    : segments(pointer)
        .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
        .join('');

const segments = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const valueAt = (value: unknown, pointer: string): unknown =>
  segments(pointer).reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? Reflect.get(inner, key) : undefined),
    value,
  );

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = toJson(value) ?? `a ${typeof value}`;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A config is code: it may hold functions, big integers and circles, which JSON cannot write. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const textOf = (param: unknown): string => (typeof param === 'string' ? param : JSON.stringify(param));

const isRecord = (value: unknown): value is object => value !== null && typeof value === 'object';

const namesOf = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const ANOTHER_SHAPE = 2;

/** Keywords that only repeat what another fault of the same place says. */
const CONSEQUENCES: ReadonlySet<string> = new Set(['propertyNames', 'if', 'discriminator']);

const COUNTED = { minItems: 'item', minLength: 'character', minProperties: 'key' } as const;
