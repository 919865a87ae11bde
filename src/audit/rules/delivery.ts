import { servedBuilds } from '../../matrix/decide.ts';
import { finding, type Rule } from '../state.ts';

/** `draft-compile-limit`: a draft model on platforms that allow an app three compilations a day. */
export const draftRule: Rule = ({ adapters, intent }) =>
  adapters.flatMap((adapter) => {
    const limited = adapter.platforms.filter((platform) => platform !== 'macOS');
    const drafted = servedBuilds(adapter, intent.catalogue.systemModels).filter(({ draft }) => draft);
    if (limited.length === 0) return [];
    return drafted.map(({ version }) =>
      finding('draft-compile-limit', 'warning', {
        subject: `${adapter.name} ${version}`,
        message: `Build ${version} of "${adapter.name}" has a draft model: ${limited.join(', ')} allow an app three compilations of it a day.`,
        fix: 'Compile once per build and keep the result, or export without a draft.',
      }),
    );
  });

/** `prefetch-unfiltered`: a prefetched or essential adapter that OS 27 devices would also download, in vain. */
export const prefetchRule: Rule = ({ adapters, cells }) =>
  adapters.flatMap((adapter) => {
    const policy =
      'prefetch' in adapter.downloadPolicy
        ? 'prefetch'
        : 'essential' in adapter.downloadPolicy
          ? 'essential'
          : undefined;
    const wasted = cells.filter((cell) => cell.adapter === adapter.name && cell.state === 'sunset');
    if (policy === undefined || adapter.kind !== 'fmadapter' || wasted.length === 0) return [];
    const platforms = [...new Set(wasted.map(({ platform }) => platform))].join(', ');
    return [
      finding('prefetch-unfiltered', 'warning', {
        subject: adapter.name,
        message: `"${adapter.name}" is ${policy}: devices on ${platforms} that can never load it download it too.`,
        fix: 'Make it on demand, or filter in `shouldDownload(_:)` of the extension.',
      }),
    ];
  });
