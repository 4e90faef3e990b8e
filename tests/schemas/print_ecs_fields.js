// Prints the type of each field of Elastic Common Schema, and whether the field is a list, as JSON.
//   node print_ecs_fields.js FOLDER_OF_NODE_MODULES
const path = require("path");

const { EcsFlat } = require(path.resolve(process.argv[2], "node_modules/@elastic/ecs/generated/ecs_flat.js"));
const fields = {};
for (const [name, field] of Object.entries(EcsFlat))
  fields[name] = { type: field.type, is_list: field.normalize.includes("array") };
console.log(JSON.stringify(fields));
