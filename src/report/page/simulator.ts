import { ReleaseError } from '../../errors.ts';
import type { ResolveResult } from '../../resolve/result.ts';
import type { TableData } from '../page-data.ts';
import { adaptersOf, type DeviceQuestion, pickChannel, type Simulation, simulate } from '../simulation.ts';
import { STATE_WORDS } from '../state-words.ts';
import { answerView, faultView, headline } from './answer-view.ts';
import { element, userText } from './elements.ts';
import { resolveAll } from './self-check.ts';

/** Makes the form answer while it is filled in, and says whether the page's own resolver agrees with its matrix. */
export function openSimulator(simulation: Simulation, table: TableData): void {
  const form = document.querySelector<HTMLFormElement>('#simulator');
  if (form === null) return;
  form.closest('.simulator')?.removeAttribute('hidden');
  offerAdapters(form, namesFor(simulation, read(form)));
  const answer = (): void => show(simulation, form);
  form.addEventListener('input', (event) => {
    if (isNamed(event.target, 'source') || isNamed(event.target, 'target'))
      offerAdapters(form, namesFor(simulation, read(form)));
    answer();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  document.querySelector('#all')?.addEventListener('toggle', answer);
  answer();
  showSelfCheck(simulation, table);
}

/** The adapters of the matrix, or of what is published at the target. */
function namesFor(simulation: Simulation, { source, target }: DeviceQuestion): readonly string[] {
  const { release } = pickChannel(simulation, target);
  return source === 'log' && release !== null
    ? adaptersOf(release)
    : simulation.adapters.map(({ name }) => name);
}

function offerAdapters(form: HTMLFormElement, names: readonly string[]): void {
  const select = form.elements.namedItem('adapter');
  if (!(select instanceof HTMLSelectElement)) return;
  const chosen = select.value;
  select.replaceChildren(
    ...names.map((name) => {
      const option = element('option', '', [name]);
      option.value = name;
      return option;
    }),
  );
  if (names.includes(chosen)) select.value = chosen;
}

function read(form: HTMLFormElement): DeviceQuestion {
  const fields = new FormData(form);
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    source: text('source') === 'log' ? 'log' : 'matrix',
    target: text('target'),
    adapter: text('adapter'),
    platform: text('platform'),
    os: text('os'),
    variant: text('variant'),
    signature: text('signature'),
  };
}

function show(simulation: Simulation, form: HTMLFormElement): void {
  const question = read(form);
  const place = document.querySelector('#answer');
  if (question.adapter === '')
    place?.replaceChildren(element('p', 'empty', ['There is no adapter to ask about.']));
  else {
    const answer = ask(simulation, question);
    place?.replaceChildren(...(answer instanceof ReleaseError ? faultView(answer) : answerView(answer)));
  }
  const all = document.querySelector<HTMLDetailsElement>('#all');
  if (all?.open === true)
    document.querySelector('#all-answers')?.replaceChildren(allAnswers(simulation, question));
}

/** The same device, asked about each adapter. The signature may name one adapter, so it stays out of it. */
function allAnswers(simulation: Simulation, question: DeviceQuestion): Node {
  return element(
    'ul',
    'all',
    namesFor(simulation, question).map((name) => {
      const answer = ask(simulation, { ...question, adapter: name });
      const { label, className } =
        answer instanceof ReleaseError ? { label: 'no answer', className: 'g' } : STATE_WORDS[answer.state];
      return element('li', '', [
        element('span', `swatch ${className}`, [label]),
        ' ',
        userText(answer instanceof ReleaseError ? `${name}: ${answer.message}` : headline(answer)),
      ]);
    }),
  );
}

function ask(simulation: Simulation, question: DeviceQuestion): ResolveResult | ReleaseError {
  try {
    return simulate(simulation, question);
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
}

function showSelfCheck(simulation: Simulation, table: TableData): void {
  const place = document.querySelector('#self-check');
  const { answers, disagreeing } = resolveAll(simulation, table);
  if (place === null || answers === 0) return;
  place.textContent =
    disagreeing.length === 0
      ? `This page resolved all ${answers} cells again: each is as the matrix shows it.`
      : `This page resolves ${disagreeing.length} cells otherwise than the matrix shows, ${disagreeing[0] ?? ''} first: make the report again.`;
  place.classList.toggle('bad', disagreeing.length > 0);
}

const isNamed = (target: EventTarget | null, name: string): boolean =>
  target instanceof HTMLSelectElement && target.name === name;
