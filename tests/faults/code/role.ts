/** A role whose every part says of which version it is: function, module, configuration, space and index. */

export const roleName = 'probe';
export const password = 'secret';

/** `pauseSeconds`: what it takes each time that it is asked or told, so that a fault can fall into it. */
export function roleFiles(version: number, pauseSeconds = 0.03): Record<string, string> {
  return {
    'roles/probe/role.yml': `# ${version}
dependencies: [storage]
sections: [roles/probe/version.yml]
spaces:
  marks:
    format:
      - {name: id, type: unsigned}
      - {name: kind, type: string}
      - {name: note, type: string, is_nullable: true}
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
      - {name: v${version}, unique: false, parts: [{path: kind, type: string}]}
functions:
  probe.versions: {access: [probe], mode: read}
`,
    'roles/probe/version.yml': `version: ${version}\n`,
    'roles/probe/init.lua': `local fiber = require('fiber')
local probe = {module = ${version}, conf = 0}
function probe.validate_config(conf)
  fiber.sleep(${pauseSeconds})
  return conf['roles/probe/version.yml'].version == ${version}, 'files of two versions'
end
function probe.apply_config(conf)
  fiber.sleep(${pauseSeconds})
  probe.conf = conf['roles/probe/version.yml'].version
end
return probe
`,
    'roles/probe/functions/probe.versions.lua': `local probe = require('probe')
return function() return ${version}, probe.module, probe.conf end
`,
  };
}

/** What an instance has, as JSON: function, module, conf and indexes. */
export const partsOfIt = `
local called, module, conf = probe.versions()
local indexes = {}
for id = 0, 10 do
  local index = box.space.marks.index[id]
  if index ~= nil then table.insert(indexes, index.name) end
end
table.sort(indexes)
return require('json').encode({called = called, module = module, conf = conf, indexes = indexes, rows = box.space.marks:len()})`;
