-- The highest epoch that this instance has heard of, in a space that is not replicated: no restart forgets it, and no
-- copy of the data carries it to another instance. A read-only instance may write there, but for two times: before the
-- first promotion of a replicaset there is no such space, and while a synchronous transaction of another master is
-- unconfirmed nothing at all can be written. What could not be saved is tried again until it is.
local fiber = require('fiber')
local log = require('log')
local epoch = {}

local SPACE = '_coterie_epoch'
local AGAIN_SECONDS = 0.2
local saved = -1
local latest = {number = -1}
local keeper

-- Needs a writable instance: the definition of a local space is replicated.
function epoch.ensure()
    if box.space[SPACE] == nil then
        local space = box.schema.space.create(SPACE, {is_local = true, if_not_exists = true})
        space:create_index('primary', {parts = {{1, 'unsigned'}}, if_not_exists = true})
    end
end

local function present()
    local space = box.space[SPACE]
    return space ~= nil and space.index[0] ~= nil and space or nil
end

function epoch.load()
    local space = present()
    local row = space ~= nil and space:get(1) or nil
    if row == nil then
        return 0, nil
    end
    saved = math.max(saved, tonumber(row[2]))
    return saved, row[3]
end

-- Writes that come at once are queued in the order in which they were asked for. Raises what the write raises.
function epoch.save(number, master)
    local space = present()
    if space == nil then
        return false
    end
    if number >= saved then
        space:replace({1, number, master})
        saved = math.max(saved, number)
    end
    return true
end

local function keep()
    fiber.name('epoch')
    while saved < latest.number do
        fiber.sleep(AGAIN_SECONDS)
        pcall(epoch.save, latest.number, latest.master)
    end
    keeper = nil
end

-- As soon as it can be: at once, or later by itself.
function epoch.keep(number, master)
    latest = {number = number, master = master}
    local ok, done = pcall(epoch.save, number, master)
    if not ok then
        log.warn('epoch %d cannot be saved yet: %s', number, tostring(done))
    end
    if (not ok or not done) and keeper == nil then
        keeper = fiber.create(keep)
    end
end

function epoch.saved()
    return saved
end

return epoch
