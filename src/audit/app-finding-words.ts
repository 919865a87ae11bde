import type { AppFindingCode } from '../model/finding.ts';
import type { FindingWords } from './finding-words.ts';

const page = (code: AppFindingCode): string => `docs/findings/${code}.md`;

/** The words of what `doctor --app` finds. */
export const APP_FINDING_WORDS: Readonly<Record<AppFindingCode, FindingWords>> = {
  'app-plist-unreadable': {
    title: 'A file of the app cannot be read as an XML plist',
    severity: 'error',
    why: 'What is in it was not checked, and everything that it should hold may be missing.',
    docs: page('app-plist-unreadable'),
  },
  'app-extension-missing': {
    title: 'The app has no downloader extension that the system registers',
    severity: 'error',
    why: 'The system ends the app, without an error to catch, when it asks for a pack and no extension is there.',
    docs: page('app-extension-missing'),
  },
  'app-key-missing': {
    title: 'An Info.plist lacks a key that its hosting needs',
    severity: 'error',
    why: 'The system reads these keys before any code of the app runs, and ends the app or downloads nothing.',
    docs: page('app-key-missing'),
  },
  'app-key-forbidden': {
    title: 'An Info.plist has a key that its hosting forbids',
    severity: 'error',
    why: 'The key belongs to another hosting, and the system goes by it.',
    docs: page('app-key-forbidden'),
  },
  'app-key-invalid': {
    title: 'A key of Background Assets has a value that cannot be meant',
    severity: 'error',
    why: 'The system refuses it, or takes it for nothing.',
    docs: page('app-key-invalid'),
  },
  'app-manifest-url': {
    title: 'The app reads another manifest than the target publishes',
    severity: 'error',
    why: 'Nothing that is published to this target ever reaches the app.',
    docs: page('app-manifest-url'),
  },
  'app-host-not-allowed': {
    title: 'The host of the packs is not in the allow-list',
    severity: 'error',
    why: 'The system refuses every download from a host that is not listed.',
    docs: page('app-host-not-allowed'),
  },
  'app-size-limit': {
    title: 'A size limit is smaller than the packs',
    severity: 'error',
    why: 'The system does not download past the limit.',
    docs: page('app-size-limit'),
  },
  'app-group-mismatch': {
    title: 'App, extension and Info.plist name different app groups',
    severity: 'error',
    why: "App and extension do not see each other's files, and the system ends the app when the group is not its own.",
    docs: page('app-group-mismatch'),
  },
  'app-entitlement-missing': {
    title: 'App or extension lacks a right that it needs',
    severity: 'error',
    why: 'Loading an adapter, or the download, fails on a device though it works in a local test.',
    docs: page('app-entitlement-missing'),
  },
  'app-deployment-target': {
    title: 'A deployment target does not go with the adapters or with `support`',
    severity: 'error',
    why: 'The app does not compile, or runs on OS versions for which nothing is proved.',
    docs: page('app-deployment-target'),
  },
};
