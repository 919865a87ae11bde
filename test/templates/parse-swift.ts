import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** Parses Swift; returns the places at which the grammar gives up, as `line:column what`. Nothing is compiled. */
export async function swiftFaults(text: string): Promise<readonly string[]> {
  const parser = await loadParser();
  const tree = parser.parse(withoutConditions(text));
  if (tree === null) throw new Error('the parser gave up');
  const faults = faultsOf(tree.rootNode);
  tree.delete();
  return faults;
}

/** Returns every declaration of a kind at the top of a file: `struct_declaration` and the like have their names here. */
export async function topLevelNames(text: string): Promise<readonly string[]> {
  const tree = (await loadParser()).parse(withoutConditions(text));
  const names = tree?.rootNode.namedChildren.flatMap((node) => node?.childForFieldName('name')?.text ?? []);
  return names ?? [];
}

/**
 * Replaces each sound `#available(…)` by a name of the same length, and blanks out the directives of a conditional block
 * that begins and ends. The grammar's scanner reads `#` soundly in the first text of a process only: it takes raw strings'
 * marks from memory that it never cleared.
 */
const withoutConditions = (text: string): string => {
  const directives = [...text.matchAll(DIRECTIVE)].map(([, word]) => word);
  const balanced =
    directives.filter((word) => word === 'if').length ===
    directives.filter((word) => word === 'endif').length;
  const plain = balanced ? text.replace(DIRECTIVE, (line) => ' '.repeat(line.length)) : text;
  return plain.replace(/#available\((?:(?:iOS|macOS|tvOS|visionOS) \d+(?:\.\d+)?, )+\*\)/g, (condition) =>
    'a'.repeat(condition.length),
  );
};

const PLACE = String.raw`(?:os|targetEnvironment)\(\w+\)`;
const DIRECTIVE = new RegExp(
  String.raw`^ *#(if(?= )|elseif(?= )|else|endif)(?:(?<=if) ${PLACE}(?: \|\| ${PLACE})*)?$`,
  'gm',
);

let loading: Promise<Parser> | undefined;

function loadParser(): Promise<Parser> {
  loading ??= (async () => {
    await Parser.init();
    const grammar = createRequire(import.meta.url).resolve(
      '@repomix/tree-sitter-wasms/out/tree-sitter-swift.wasm',
    );
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammar));
    return parser;
  })();
  return loading;
}

function faultsOf(node: Node): readonly string[] {
  const { row, column } = node.startPosition;
  const here =
    node.isError || node.isMissing
      ? [`${row + 1}:${column + 1} ${node.isMissing ? 'missing' : 'error'}`]
      : [];
  return [...here, ...node.children.flatMap((child) => (child === null ? [] : faultsOf(child)))];
}
