// What Backstage's packages say of {kinds, entities, texts} on standard input: the JSON Schemas of the kinds, what its rules
// for names, labels and annotations refuse, and the texts rendered as its scaffolder renders them.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

// Neither is used by what is called here, and each needs further packages.
const load = Module._load;
Module._load = (name, ...more) => (['ajv', 'lodash'].includes(name) ? {} : load(name, ...more));

const packages = process.argv[2];
const model = path.join(packages, '@backstage/catalog-model/dist');
const asked = JSON.parse(fs.readFileSync(0, 'utf8'));

const files = ['Entity', 'EntityMeta', 'shared/common', ...asked.kinds.map(kind => `kinds/${kind}.v1alpha1`)].map(name =>
  path.join(model, 'schema', `${name}.schema.json.cjs.js`)
);
files.push(path.join(packages, '@backstage/plugin-scaffolder-common/dist/Template.v1beta3.schema.json.cjs.js'));
const schemas = files.map(file => require(file).default);

const { FieldFormatEntityPolicy } = require(path.join(model, 'entity/policies/FieldFormatEntityPolicy.cjs.js'));
const { createTemplateRenderer } = require(path.join(packages, 'nunjitsu/dist/index.cjs'));
const renderer = createTemplateRenderer({});
const rendered = asked.texts.map(({ text, values }) => renderer.render(text, renderer.prepareContext({ values })));

const policy = new FieldFormatEntityPolicy();
const judged = asked.entities.map(entity => policy.enforce(entity).then(() => null, error => String(error.message)));
Promise.all(judged).then(refused => process.stdout.write(JSON.stringify({ schemas, refused, rendered })));
