import type { AppExpectation } from '../../src/doctor/app/expect-app.ts';
import type { AppHosting } from '../../src/init/app-request.ts';
import type { AppFindingCode } from '../../src/model/finding.ts';

/** An app's project as `init` wrote it, to be broken. Paths are those below the named folder. */
export interface AppScene {
  readonly edit: (path: string, change: (text: string) => string) => void;
  readonly write: (path: string, content: string | Uint8Array) => void;
  readonly remove: (path: string) => void;
}

/** How a code is raised, how often, and the nearest thing that does not raise it. */
export interface AppCase {
  readonly code: AppFindingCode;
  readonly why: string;
  readonly hosting: AppHosting;
  readonly subject: string;
  readonly trigger: (scene: AppScene) => void;
  readonly nearMiss: (scene: AppScene) => void;
  /** What the target and the matrix ask for, where it is not what `init` assumed. */
  readonly expected?: Partial<AppExpectation>;
}

const APP = 'App/Info.plist';
const EXTENSION = 'Extension/Info.plist';
const APP_RIGHTS = 'App/App.entitlements';
const EXTENSION_RIGHTS = 'Extension/Extension.entitlements';

/** Removes a key with its value, whatever that is. */
const drop =
  (key: string) =>
  (text: string): string =>
    text.replace(
      new RegExp(`\\s*<key>${key.replaceAll('.', '\\.')}</key>\\s*(<(\\w+)>[\\s\\S]*?</\\2>|<\\w+/>)`),
      '',
    );

const add =
  (xml: string) =>
  (text: string): string =>
    text.replace('\n</dict>\n</plist>', `\n${xml}\n</dict>\n</plist>`);

const swap =
  (from: string, to: string) =>
  (text: string): string =>
    text.replaceAll(from, to);

const asItIs = (): void => undefined;

const project = (version: string): string =>
  `buildSettings = {\n\t\t\t\tIPHONEOS_DEPLOYMENT_TARGET = ${version};\n\t\t\t};\n`;

/** At least one case of each code; the first of each is the example on its page. */
export const APP_CASES: readonly AppCase[] = [
  {
    code: 'app-plist-unreadable',
    why: 'a binary plist',
    hosting: 'unmanaged',
    subject: 'App/Other.plist',
    trigger: ({ write }) => write('App/Other.plist', Buffer.from('bplist00\u0000', 'latin1')),
    nearMiss: ({ write }) => write('build/Other.plist', Buffer.from('bplist00\u0000', 'latin1')),
  },
  {
    code: 'app-plist-unreadable',
    why: 'a damaged one',
    hosting: 'apple',
    subject: APP_RIGHTS,
    trigger: ({ edit }) => edit(APP_RIGHTS, (text) => text.slice(0, 300)),
    nearMiss: ({ write }) => write('notes.txt', 'bplist00'),
  },
  {
    code: 'app-extension-missing',
    why: 'no extension',
    hosting: 'managed',
    subject: 'Info.plist',
    trigger: ({ remove }) => remove(EXTENSION),
    nearMiss: ({ edit }) =>
      edit(EXTENSION, (text) =>
        text
          .replace('EXAppExtensionAttributes', 'NSExtension')
          .replace('EXExtensionPointIdentifier', 'NSExtensionPointIdentifier'),
      ),
  },
  {
    code: 'app-extension-missing',
    why: 'an extension point that is never registered',
    hosting: 'apple',
    subject: EXTENSION,
    trigger: ({ edit }) =>
      edit(
        EXTENSION,
        swap(
          'com.apple.background-asset-downloader-extension',
          'com.apple.background-assets.content-request',
        ),
      ),
    nearMiss: asItIs,
  },
  ...(
    [
      { hosting: 'apple', keys: ['BAAppGroupID', 'BAHasManagedAssetPacks', 'BAUsesAppleHosting'] },
      {
        hosting: 'managed',
        keys: ['BAAppGroupID', 'BAHasManagedAssetPacks', 'BAManifestURL', 'BAInitialDownloadRestrictions'],
      },
      {
        hosting: 'unmanaged',
        keys: [
          'BAAppGroupID',
          'BAManifestURL',
          'BAInitialDownloadRestrictions',
          'BADownloadDomainAllowList',
          'BADownloadAllowance',
          'BAEssentialDownloadAllowance',
          'BAMaxInstallSize',
          'BAEssentialMaxInstallSize',
        ],
      },
    ] as const
  ).flatMap(({ hosting, keys }) =>
    keys.map(
      (key): AppCase => ({
        code: 'app-key-missing',
        why: `${key} of ${hosting}`,
        hosting,
        subject: APP,
        trigger: ({ edit }) => edit(APP, drop(key)),
        nearMiss: hosting === 'managed' ? ({ edit }) => edit(APP, drop('BAMaxInstallSize')) : asItIs,
      }),
    ),
  ),
  {
    code: 'app-key-forbidden',
    why: 'another key with Apple hosting',
    hosting: 'apple',
    subject: APP,
    trigger: ({ edit }) =>
      edit(APP, add('<key>BAManifestURL</key><string>https://cdn.example.com/</string>')),
    nearMiss: ({ edit }) => edit(APP, add('<key>CFBundleName</key><string>BAManifestURL</string>')),
  },
  {
    code: 'app-key-forbidden',
    why: 'Apple hosting claimed for packs on your own CDN',
    hosting: 'managed',
    subject: APP,
    trigger: ({ edit }) => edit(APP, add('<key>BAUsesAppleHosting</key><true/>')),
    nearMiss: ({ edit }) => edit(APP, add('<key>BAUsesAppleHosting</key><false/>')),
  },
  {
    code: 'app-key-forbidden',
    why: 'managed packs claimed where the app unpacks',
    hosting: 'unmanaged',
    subject: APP,
    trigger: ({ edit }) => edit(APP, add('<key>BAHasManagedAssetPacks</key><true/>')),
    nearMiss: ({ edit }) => edit(APP, add('<key>BAHasManagedAssetPacks</key><false/>')),
  },
  {
    code: 'app-key-invalid',
    why: 'a flag as text',
    hosting: 'apple',
    subject: APP,
    trigger: ({ edit }) =>
      edit(
        APP,
        swap('<key>BAUsesAppleHosting</key>\n\t<true/>', '<key>BAUsesAppleHosting</key><string>YES</string>'),
      ),
    nearMiss: asItIs,
  },
  {
    code: 'app-key-invalid',
    why: 'http',
    hosting: 'unmanaged',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('https://cdn', 'http://cdn')),
    nearMiss: asItIs,
  },
  {
    code: 'app-key-invalid',
    why: 'a group without group.',
    hosting: 'apple',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('group.com.example.app', 'com.example.app')),
    nearMiss: asItIs,
  },
  {
    code: 'app-key-invalid',
    why: 'a size as text',
    hosting: 'unmanaged',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('<integer>1073741824</integer>', '<string>1 GB</string>')),
    nearMiss: asItIs,
  },
  {
    code: 'app-manifest-url',
    why: 'the manifest of another hosting',
    hosting: 'managed',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('/stable/iOS.json', '/stable/manifest.json')),
    nearMiss: ({ edit }) => edit(APP, swap('/stable/iOS.json', '/beta/iOS.json')),
    expected: { channels: ['stable', 'beta'] },
  },
  {
    code: 'app-manifest-url',
    why: 'a key that no shipped app reads',
    hosting: 'managed',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('v1/channels/stable/iOS.json', 'legacy/mac.json')),
    nearMiss: ({ edit }) => edit(APP, swap('v1/channels/stable/iOS.json', 'legacy/ios.json')),
    expected: { extraKeys: { iOS: { stable: 'legacy/ios.json' } } },
  },
  {
    code: 'app-host-not-allowed',
    why: 'another host',
    hosting: 'unmanaged',
    subject: APP,
    trigger: ({ edit }) =>
      edit(APP, swap('<string>cdn.example.com</string>', '<string>*.example.org</string>')),
    nearMiss: ({ edit }) =>
      edit(APP, swap('<string>cdn.example.com</string>', '<string>*.Example.com</string>')),
  },
  {
    code: 'app-size-limit',
    why: 'packs that are bigger than the allowance',
    hosting: 'unmanaged',
    subject: APP,
    trigger: ({ edit }) => edit(APP, swap('536870912', '139460607')),
    nearMiss: ({ edit }) => edit(APP, swap('536870912', '139460608')),
    expected: { sizes: { all: 139_460_608, essential: 0 } },
  },
  {
    code: 'app-size-limit',
    why: 'an essential pack and no allowance for it',
    hosting: 'managed',
    subject: APP,
    trigger: asItIs,
    nearMiss: ({ edit }) => edit(APP, swap('<integer>0</integer>', '<integer>1000</integer>')),
    expected: { sizes: { all: 1000, essential: 1000 } },
  },
  {
    code: 'app-group-mismatch',
    why: 'another group in the extension',
    hosting: 'apple',
    subject: EXTENSION_RIGHTS,
    trigger: ({ edit }) => edit(EXTENSION_RIGHTS, swap('group.com.example.app', 'group.com.example.other')),
    nearMiss: ({ edit }) =>
      edit(EXTENSION_RIGHTS, swap('<array>', '<array><string>group.com.example.other</string>')),
  },
  {
    code: 'app-group-mismatch',
    why: 'two groups in two plists',
    hosting: 'apple',
    subject: 'BAAppGroupID',
    trigger: ({ write }) =>
      write('App/Info-mac.plist', plist('<key>BAAppGroupID</key><string>group.com.example.mac</string>')),
    nearMiss: ({ write }) =>
      write('App/Info-mac.plist', plist('<key>BAAppGroupID</key><string>group.com.example.app</string>')),
  },
  {
    code: 'app-entitlement-missing',
    why: 'the right for adapters on the extension',
    hosting: 'managed',
    subject: EXTENSION_RIGHTS,
    trigger: ({ edit }) => edit(EXTENSION_RIGHTS, drop('com.apple.developer.foundation-model-adapter')),
    nearMiss: ({ edit }) =>
      edit(EXTENSION_RIGHTS, add('<key>com.apple.security.network.client</key><false/>')),
  },
  {
    code: 'app-entitlement-missing',
    why: 'that it is false on the app',
    hosting: 'apple',
    subject: APP_RIGHTS,
    trigger: ({ edit }) =>
      edit(
        APP_RIGHTS,
        swap('foundation-model-adapter</key>\n\t<true/>', 'foundation-model-adapter</key><false/>'),
      ),
    nearMiss: ({ edit }) => edit(APP_RIGHTS, drop('com.apple.security.app-sandbox')),
  },
  {
    code: 'app-entitlement-missing',
    why: 'entitlements in one folder, and a widget that needs none',
    hosting: 'apple',
    subject: 'Rights/Downloader.entitlements',
    trigger: ({ edit, remove, write }) => {
      remove(EXTENSION_RIGHTS);
      edit(APP_RIGHTS, (text) => {
        write('Rights/Downloader.entitlements', drop('com.apple.security.application-groups')(text));
        return `${text}\n`;
      });
    },
    nearMiss: ({ write }) => {
      write('Widget/Widget.entitlements', plist(''));
      write(
        'Widget/Info.plist',
        plist(
          '<key>NSExtension</key><dict><key>NSExtensionPointIdentifier</key><string>com.apple.widgetkit-extension</string></dict>',
        ),
      );
    },
  },
  {
    code: 'app-entitlement-missing',
    why: 'no app group on the app',
    hosting: 'apple',
    subject: APP_RIGHTS,
    trigger: ({ edit }) => edit(APP_RIGHTS, drop('com.apple.security.application-groups')),
    nearMiss: asItIs,
  },
  {
    code: 'app-entitlement-missing',
    why: 'no entitlements of the extension at all',
    hosting: 'unmanaged',
    subject: 'entitlements',
    trigger: ({ remove }) => remove(EXTENSION_RIGHTS),
    nearMiss: asItIs,
  },
  {
    code: 'app-entitlement-missing',
    why: 'no sandbox on macOS where the app unpacks',
    hosting: 'unmanaged',
    subject: APP_RIGHTS,
    trigger: ({ edit }) => edit(APP_RIGHTS, drop('com.apple.security.app-sandbox')),
    nearMiss: asItIs,
  },
  {
    code: 'app-deployment-target',
    why: 'OS 27',
    hosting: 'unmanaged',
    subject: 'My.xcodeproj/project.pbxproj',
    trigger: ({ write }) => write('My.xcodeproj/project.pbxproj', project('27.0')),
    nearMiss: ({ write }) => write('My.xcodeproj/project.pbxproj', project('26.4')),
  },
  {
    code: 'app-deployment-target',
    why: 'older than support',
    hosting: 'apple',
    subject: 'Base.xcconfig',
    trigger: ({ write }) => write('Base.xcconfig', 'IPHONEOS_DEPLOYMENT_TARGET = 18.4\n'),
    nearMiss: ({ write }) => write('Base.xcconfig', 'IPHONEOS_DEPLOYMENT_TARGET = 26\n'),
  },
];

function plist(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${inner}</dict></plist>\n`;
}
