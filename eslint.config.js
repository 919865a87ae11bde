import tseslint from 'typescript-eslint';

/** The layer table: what each part of `src/` must not import. Left imports right; nothing imports back. */
const layers = [
  {
    files: ['src/model/**'],
    forbid: [
      '../config/*',
      '../store/*',
      '../release/*',
      '../publish/*',
      '../plan/*',
      '../pack/*',
      '../adapter/*',
      '../audit/*',
      '../cli/*',
      '../render/*',
      '../disk/*',
      'node:fs*',
    ],
  },
  { files: ['src/report/**'], forbid: ['**/cli/*'] },
  { files: ['src/render/**'], forbid: ['../cli/*', '../store/*', '../config/load.ts', 'node:fs*'] },
  {
    files: [
      'src/matrix/resolve.ts',
      'src/matrix/decide.ts',
      'src/matrix/coverage.ts',
      'src/matrix/faults.ts',
      'src/plan/assemble.ts',
      'src/release/compose.ts',
      'src/release/diff.ts',
      'src/audit/rules/**',
    ],
    forbid: ['**/disk/*', '**/store/directory.ts', 'node:fs*'],
  },
  {
    files: ['src/store/**', 'src/disk/**', 'src/json/**'],
    forbid: ['**/publish/*', '**/plan/*', '**/release/*', '**/matrix/*', '**/cli/*', '**/render/*'],
  },
  {
    files: [
      'src/release/**',
      'src/matrix/**',
      'src/adapter/**',
      'src/pack/**',
      'src/plan/**',
      'src/verify/**',
      'src/audit/**',
      'src/publish/**',
      'src/resolve/**',
      'src/manifest/**',
      'src/serve/**',
      'src/init/**',
    ],
    forbid: ['**/cli/*', '**/render/*'],
  },
];

const onlyHere = [
  { names: ['@oclif/*'], message: 'Only src/cli and commands/ know oclif.' },
  { names: ['@aws-sdk/*', '@smithy/*'], message: 'Only the S3 store knows the AWS SDK.' },
];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'src/generated/**',
      'node_modules/**',
      '**/*.mjs',
      '**/*.js',
      '**/*.d.mts',
      'templates/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-params': ['error', { max: 3 }],
      'max-depth': ['error', { max: 3 }],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        { patterns: onlyHere.map(({ names, message }) => ({ group: names, message })) },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_+$', argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  ...layers.map(({ files, forbid }) => ({
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...onlyHere.map(({ names, message }) => ({ group: names, message })),
            { group: forbid, message: 'That layer is not below this one: see ARCHITECTURE.md.' },
          ],
        },
      ],
    },
  })),
  {
    files: ['src/cli/**', 'commands/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@aws-sdk/*'], message: 'Only the S3 store knows the AWS SDK.' }] },
      ],
    },
  },
  {
    files: ['src/store/s3/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@oclif/*'], message: 'Only src/cli and commands/ know oclif.' },
            {
              group: ['**/publish/*', '**/plan/*', '**/release/*', '**/matrix/*', '**/cli/*', '**/render/*'],
              message: 'That layer is not below this one: see ARCHITECTURE.md.',
            },
          ],
        },
      ],
    },
  },
  { files: ['commands/**'], rules: { 'max-lines': ['error', { max: 120 }] } },
  {
    files: ['test/**'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
);
