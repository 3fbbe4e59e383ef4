-- Which history this copy is of. The first row that a master writes in an epoch says what it began with, and is
-- replicated like any other; each copy takes it only if it continues its own, else replication stops there, before any
-- row of that epoch (core/failover/divergence.ts). So rows of an abandoned epoch never mix with those of a later one,
-- whoever passes them on.
local fiber = require('fiber')
local log = require('log')
local plain = require('plain')
local journal = {}

local SPACE = '_coterie_journal'
local KEPT = 64
local TOLD = 16
-- The fiber that writes an entry; nobody else here may.
local writer
local armed = false
-- What is told when an entry was refused.
local refused = function() end

local function present()
    local space = box.space[SPACE]
    return space ~= nil and space.index[0] ~= nil and space or nil
end

local function last_of(space)
    return space ~= nil and space.index[0]:max() or nil
end

local function plain_entry(row)
    local after = row[6] ~= nil and {epoch = tonumber(row[6]), master = row[7]} or box.NULL
    return {epoch = tonumber(row[2]), master = row[3], origin = row[4], start = plain.vclock(row[5]), after = after}
end

local function name_of(epoch, master)
    return epoch == nil and 'none' or ('%d of %s'):format(tonumber(epoch), master)
end

-- Why an entry does not continue this copy; nil = it does.
local function objection(new)
    local last = last_of(present())
    local epoch, master = last and last[2], last and last[3]
    if name_of(epoch, master) ~= name_of(new[6], new[7]) then
        return ('it comes after epoch %s, and the last here is %s'):format(name_of(new[6], new[7]), name_of(epoch, master))
    end
    for id, lsn in pairs(box.info.vclock) do
        local start = tonumber(new[5][tostring(id)]) or 0
        if id ~= 0 and tonumber(lsn) > start then
            return ('it begins with %d rows of origin %d, and %d are here'):format(start, id, tonumber(lsn))
        end
    end
end

local function check(_, new)
    if box.session.type() ~= 'applier' then
        if writer ~= fiber.self().id() then
            box.error{code = box.error.READONLY, reason = 'only a promotion writes the journal'}
        end
    elseif new ~= nil then
        local why = objection(new)
        if why ~= nil then
            why = ('the entry of epoch %s does not continue this copy: %s'):format(name_of(new[2], new[3]), why)
            log.error('journal: %s', why)
            refused(why)
            box.error{code = box.error.PROC_LUA, reason = why}
        end
    end
end

local function install(space)
    for _, trigger in pairs(space:before_replace()) do
        if trigger == check then
            return
        end
    end
    space:before_replace(check)
end

-- The space may come by replication: it has no row before it has its index.
local function indexed(_, new)
    if new ~= nil and new[2] == 0 and box.space[new[1]] ~= nil and box.space[new[1]].name == SPACE then
        install(box.space[new[1]])
    end
end

-- Before this instance takes rows from anybody. `tell(why)` may not yield.
function journal.arm(tell)
    refused = tell
    if armed then
        return
    end
    armed = true
    box.space._index:on_replace(indexed)
    if present() ~= nil then
        install(present())
    end
end

local function ensure()
    if present() == nil then
        local space = box.schema.space.create(SPACE, {if_not_exists = true})
        space:create_index('primary', {parts = {{1, 'unsigned'}}, if_not_exists = true})
    end
    return present()
end

-- Nothing yields between the look at what is here and the row: with an empty write-ahead queue, which a demotion leaves,
-- and nobody else who may write, it is the first of its epoch. Where there is no journal yet its space comes before.
local function begin(epoch)
    local space = ensure()
    local last = last_of(space)
    local start = plain.vclock(box.info.vclock)
    start['0'] = nil
    space:insert({last and last[1] + 1 or 1, epoch, box.info.uuid, tostring(box.info.id), start, last and last[2] or box.NULL, last and last[3] or box.NULL})
    while space:len() > KEPT do
        space:delete(space.index[0]:min()[1])
    end
end

function journal.begin(epoch)
    writer = fiber.self().id()
    local ok, failure = pcall(begin, epoch)
    writer = nil
    if not ok then
        error(failure, 0)
    end
end

-- The newest entries, in rising order.
function journal.told()
    local result = setmetatable({}, {__serialize = 'seq'})
    local space = present()
    if space ~= nil then
        for _, row in ipairs(space.index[0]:select({}, {iterator = 'REQ', limit = TOLD})) do
            table.insert(result, 1, plain_entry(row))
        end
    end
    return result
end

return journal
