import { describe, expect, test } from 'vitest';
import { applyProbe } from '../../src/catalogue/apply-probe.ts';
import { shippedCatalogue, toSystemModelDocument } from '../../src/catalogue/catalogue.ts';
import { type Probe, parseProbe } from '../../src/catalogue/probe.ts';
import { findOverlaps } from '../../src/matrix/faults.ts';
import type { Catalogue } from '../../src/model/system-model.ts';
import { aCatalogue, aSystemModel, SIGNATURE } from '../support/builders.ts';

const TODAY = '2026-11-20';

const aProbe = (text: string): Promise<Probe> =>
  parseProbe(`${text}\ndate: 2026-11-20\n`, 'probe.txt', TODAY);

const rangesOf = (changes: ReturnType<typeof applyProbe>['changes']) =>
  changes.map(({ before, after }) => [
    before === null ? null : toSystemModelDocument(before).os,
    after.id,
    toSystemModelDocument(after).os,
  ]);

describe('a probe', () => {
  test('is read from lines or from JSON, with the same outcome', async () => {
    const lines = await parseProbe(
      '# on my phone\nplatform: iOS\nos: 26.6.1\nosBuild: 23G80\n\nfmadapter-summarizer-9799725\n',
      'p',
      TODAY,
    );
    const json = await parseProbe(
      JSON.stringify({
        formatVersion: 1,
        platform: 'iOS',
        os: '26.6.1',
        osBuild: '23G80',
        compatibleAdapterIdentifiers: ['fmadapter-summarizer-9799725'],
      }),
      'p',
      TODAY,
    );
    expect(lines).toEqual(json);
    expect(lines).toMatchObject({ platform: 'iOS', os: [26, 6, 1], digits: '9799725', variant: null });
    expect(lines.evidence).toEqual({
      kind: 'device-probe',
      reference: 'compatibleAdapterIdentifiers on iOS 26.6.1 (23G80): fmadapter-summarizer-9799725',
      date: TODAY,
      platform: 'iOS',
      os: '26.6.1',
    });
  });

  test.each([
    { why: 'no identifier', text: 'platform: iOS\nos: 26.6', message: 'lists no identifier' },
    {
      why: 'identifiers of two base models',
      text: 'platform: iOS\nos: 26.6\nfmadapter-a-1111111\nfmadapter-a-2222222',
      message: 'several base models: 1111111, 2222222',
    },
    { why: 'no OS', text: 'platform: iOS\nfmadapter-a-1111111', message: '"os" is missing' },
    {
      why: 'a platform that is none',
      text: 'platform: iPadOS\nos: 26.6\nfmadapter-a-1111111',
      message: 'covers iPadOS',
    },
    { why: 'a repeated key', text: 'platform: iOS\nplatform: iOS\nos: 26\nx', message: 'line 2' },
    { why: 'something else', text: 'Segmentation fault: 11', message: 'neither an identifier nor one of' },
    {
      why: 'an impossible day',
      text: 'platform: iOS\nos: 26.6\ndate: 2026-02-30\nfmadapter-a-1111111',
      message: 'is not a date',
    },
    {
      why: 'an identifier that is none',
      text: 'platform: iOS\nos: 26.6\nsummarizer',
      message: 'is not a signature',
    },
  ])('with $why is refused', async ({ text, message }) => {
    await expect(parseProbe(text, 'probe.txt', TODAY)).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      message: expect.stringContaining(message),
    });
  });
});

describe('what a probe makes of the shipped catalogue', () => {
  const shipped = shippedCatalogue();
  const row = (id: string) => shipped.systemModels.find((own) => own.id === id);

  test('another base model splits the open row at the probed OS, on that platform alone', async () => {
    const effect = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.6.1\nfmadapter-x-1a2b3c4'));
    expect(effect.outcome).toBe('split');
    expect(rangesOf(effect.changes)).toEqual([
      [
        { iOS: '>=26.5 <27.0', macOS: '>=26.5 <27.0', visionOS: '>=26.5 <27.0' },
        'os26.5',
        { iOS: '>=26.5 <26.6.1', macOS: '>=26.5 <27.0', visionOS: '>=26.5 <27.0' },
      ],
      [null, 'os26.6.1', { iOS: '>=26.6.1 <27.0' }],
    ]);
    expect(effect.systemModel).toMatchObject({
      signature: { digits: '1a2b3c4', complete: false },
      certainty: 'proved',
      toolkit: null,
    });
  });

  test('the same of another platform joins the row that the first made', async () => {
    const first = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.6.1\nfmadapter-x-1a2b3c4'));
    const then = withChanges(shipped, first);
    const second = applyProbe(then, await aProbe('platform: macOS\nos: 26.6.1\nfmadapter-x-1a2b3c4'));
    expect(rangesOf(second.changes).at(-1)).toEqual([
      { iOS: '>=26.6.1 <27.0' },
      'os26.6.1',
      { iOS: '>=26.6.1 <27.0', macOS: '>=26.6.1 <27.0' },
    ]);
    expect(findOverlaps(withChanges(then, second).systemModels)).toEqual([]);
  });

  test('the known base model is evidence; the row is proved once every platform of it was probed', async () => {
    let catalogue: Catalogue = shipped;
    for (const platform of ['iOS', 'macOS', 'visionOS']) {
      const probe = await aProbe(`platform: ${platform}\nos: 26.6\nfmadapter-x-9799725`);
      const effect = applyProbe(catalogue, probe);
      expect(effect).toMatchObject({
        outcome: 'confirmed',
        systemModel: { id: 'os26.5', certainty: platform === 'visionOS' ? 'proved' : 'inferred' },
      });
      catalogue = withChanges(catalogue, effect);
      expect(applyProbe(catalogue, probe)).toMatchObject({ outcome: 'known', changes: [] });
    }
  });

  test('a probe of an older release of the row does not prove the newer', async () => {
    const only = aCatalogue({
      systemModels: [aSystemModel({ id: 'open', os: { iOS: '>=26.5 <27.0' }, certainty: 'inferred' })],
      osReleases: shipped.osReleases,
    });
    const probe = await aProbe('platform: iOS\nos: 26.5.1\nfmadapter-x-9799725');
    expect(applyProbe(only, probe).systemModel.certainty).toBe('inferred');
    const newer = await aProbe('platform: iOS\nos: 26.6.2\nfmadapter-x-9799725');
    expect(applyProbe(only, newer).systemModel.certainty).toBe('proved');
  });

  test('at the first OS version of a row, the row leaves that platform to the new one', async () => {
    const effect = applyProbe(shipped, await aProbe('platform: macOS\nos: 26.5\nfmadapter-x-1a2b3c4'));
    expect(rangesOf(effect.changes).map(([, id, os]) => [id, os])).toEqual([
      ['os26.5', { iOS: '>=26.5 <27.0', visionOS: '>=26.5 <27.0' }],
      ['macos26.5', { macOS: '>=26.5 <27.0' }],
    ]);
  });

  test('a row of that platform alone, from its first version, is replaced and keeps its id', async () => {
    const only = aCatalogue({ systemModels: [aSystemModel({ id: 'mine', os: { iOS: '>=26.5 <27.0' } })] });
    const effect = applyProbe(only, await aProbe('platform: iOS\nos: 26.5\nfmadapter-x-1a2b3c4'));
    expect(effect.changes).toMatchObject([
      { before: { id: 'mine' }, after: { id: 'mine', signature: { digits: '1a2b3c4' }, evidence: [{}] } },
    ]);
  });

  test('an OS version that no row claims gets one, up to the next row', async () => {
    const gapped = aCatalogue({
      systemModels: [
        aSystemModel({ os: { iOS: '>=26.0 <26.4' } }),
        aSystemModel({ id: 'late', os: { iOS: '>=27.0' } }),
      ],
    });
    const effect = applyProbe(gapped, await aProbe(`platform: iOS\nos: 26.4\n${SIGNATURE}`));
    expect(effect.outcome).toBe('added');
    expect(rangesOf(effect.changes)).toEqual([[null, 'os26.4', { iOS: '>=26.4 <27.0' }]]);
    expect(effect.systemModel.signature).toEqual({ digits: SIGNATURE, complete: true });
  });

  test('a later OS version that a probe has proved stays as it was', async () => {
    const seen = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.6\nfmadapter-x-9799725'));
    const then = withChanges(shipped, seen);
    const effect = applyProbe(then, await aProbe('platform: iOS\nos: 26.5.1\nfmadapter-x-1a2b3c4'));
    expect(rangesOf(effect.changes).map(([, id, os]) => [id, os])).toEqual([
      ['os26.5', { iOS: '>=26.5 <26.5.1', macOS: '>=26.5 <27.0', visionOS: '>=26.5 <27.0' }],
      ['os26.5.1', { iOS: '>=26.5.1 <26.6' }],
      ['os26.6', { iOS: '>=26.6 <27.0' }],
    ]);
    const rest = effect.changes.at(-1)?.after;
    expect(rest).toMatchObject({ signature: { digits: SIGNATURE }, certainty: 'proved' });
    expect(rest?.evidence.map(({ os }) => os)).toContain('26.6');
    expect(effect.changes[0]?.after.evidence.map(({ os }) => os)).not.toContain('26.6');
    expect(findOverlaps(withChanges(then, effect).systemModels)).toEqual([]);
  });

  test('from the first OS version of a row, it ends before the proved one too', async () => {
    const only = aCatalogue({
      systemModels: [aSystemModel({ id: 'mine', os: { iOS: '>=26.5 <27.0' } })],
      osReleases: shipped.osReleases,
    });
    const then = withChanges(
      only,
      applyProbe(only, await aProbe('platform: iOS\nos: 26.6\nfmadapter-x-9799725')),
    );
    const effect = applyProbe(then, await aProbe('platform: iOS\nos: 26.5\nfmadapter-x-1a2b3c4'));
    expect(rangesOf(effect.changes).map(([, id, os]) => [id, os])).toEqual([
      ['mine', { iOS: '>=26.5 <26.6' }],
      ['os26.6', { iOS: '>=26.6 <27.0' }],
    ]);
  });

  test('a probe that contradicts a probe of the same OS version is refused', async () => {
    const seen = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.6\nfmadapter-x-9799725'));
    const probe = await aProbe('platform: iOS\nos: 26.6\nfmadapter-x-1a2b3c4');
    expect(() => applyProbe(withChanges(shipped, seen), probe)).toThrow(
      /A probe of 2026-11-20 says otherwise of iOS 26\.6: .*"os26\.5"/,
    );
  });

  test('variants must be told apart by the probe', async () => {
    expect(row('afm3-core')?.variant).toBe('core3');
    const text = 'platform: iOS\nos: 27.1\nfmadapter-x-1a2b3c4';
    const unnamed = await aProbe(text);
    expect(() => applyProbe(shipped, unnamed)).toThrow(/Several system models run on iOS 27\.1/);
    const effect = applyProbe(shipped, await aProbe(`${text}\nvariant: coreAdvanced3`));
    expect(effect.changes.map(({ after }) => [after.id, after.adapterSupport])).toEqual([
      ['afm3-core-advanced', 'unsupported'],
      ['os27.1-coreadvanced3', 'supported'],
    ]);
  });

  test('a minor version that nobody had listed is an OS release; a patch is not', async () => {
    const patch = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.6.3\nfmadapter-x-9799725'));
    expect(patch.osReleases).toEqual([]);
    const minor = applyProbe(shipped, await aProbe('platform: iOS\nos: 26.7.1\nfmadapter-x-9799725'));
    expect(minor.osReleases).toMatchObject([
      { version: [26, 7, 0], platforms: ['iOS'], date: TODAY, dateIs: 'first-seen' },
    ]);
  });
});

function withChanges(catalogue: Catalogue, { changes }: ReturnType<typeof applyProbe>): Catalogue {
  const after = changes.map((change) => change.after);
  const known = new Set(catalogue.systemModels.map(({ id }) => id));
  return {
    ...catalogue,
    systemModels: [
      ...catalogue.systemModels.map((row) => after.find(({ id }) => id === row.id) ?? row),
      ...after.filter(({ id }) => !known.has(id)),
    ],
  };
}
