// Reads {tools, answers} on standard input and writes what each schema and answer came to, as
// [what, name, error or null]. NODE_PATH must lead to ajv and ajv-formats.
const { Ajv2020 } = require('ajv/dist/2020.js');
const addFormats = require('ajv-formats').default;

const { tools, answers } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const strict = (options = {}) => {
  const ajv = new Ajv2020({ strict: true, allErrors: true, ...options });
  addFormats(ajv);
  // fastmcp's mark of a wrapped answer; its clients before 3.2 look for it nowhere else.
  ajv.addKeyword('x-fastmcp-wrap-result');
  return ajv;
};
const found = [];
const attempt = (what, name, action) => {
  try {
    action();
    found.push([what, name, null]);
  } catch (error) {
    found.push([what, name, error.message]);
  }
};
for (const tool of tools) {
  // With useDefaults, strict mode also finds defaults that are ignored.
  attempt('input schemas', tool.name, () => strict({ useDefaults: true }).compile(tool.inputSchema));
  if (tool.outputSchema) {
    attempt('output schemas', tool.name, () => strict().compile(tool.outputSchema));
  }
}
for (const { name, content } of answers) {
  attempt('answers', name, () => {
    const { outputSchema } = tools.find((tool) => tool.name === name);
    // Whether the schema itself is strict is told above.
    const ajv = strict({ strict: false });
    const fits = ajv.compile(outputSchema);
    if (!fits(content)) throw new Error(ajv.errorsText(fits.errors));
  });
}
for (const tool of tools) {
  attempt('defaults', tool.name, () => {
    // What a client fills in for what a model left out must be right as well.
    const ajv = strict({ strict: false, useDefaults: true });
    const schema = { ...tool.inputSchema, required: [] };
    const fits = ajv.compile(schema);
    if (!fits({})) throw new Error(ajv.errorsText(fits.errors));
  });
}
process.stdout.write(JSON.stringify(found));
