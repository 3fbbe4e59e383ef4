-- Brings a bundle into force: loads it, puts all of it in place at once, and runs the life cycle in the order of the roles'
-- dependencies. Of what fails the rest takes no notice. Done once for each hash; who asks meanwhile waits for the same.
local clock = require('clock')
local fiber = require('fiber')
local log = require('log')
local bundle = require('roles.bundle')
local life = require('roles.life')
local load = require('roles.load')
local state = require('roles.state')
local apply = {}

-- A copy of the spaces may be on its way from the master: the code of roles begins when they are there, or after that.
local SPACES_SECONDS = 5
local LOOK_SECONDS = 0.2
local POLL_SECONDS = 0.01
local watching = false
-- {hash, done}: what is under way.
local job
local ended = fiber.cond()

local function configured()
    return type(box.cfg) ~= 'function'
end

local function call(entry, phase, ...)
    state.doing = ('%s of role %s'):format(phase, entry.name)
    local ok, failure, stack = life.call(entry.module, phase, ...)
    if not ok then
        state.failed(entry, phase, failure, stack)
    end
    return ok
end

local function options()
    return {is_master = state.master}
end

-- Those that go, or whose code was replaced: the ones that depend on others first.
local function stop(before)
    for i = #before.order, 1, -1 do
        local old = before.entries[before.order[i]]
        local new = state.entries[old.name]
        if old.begun and (new == nil or new.fresh) then
            local keeper = new or {name = old.name}
            state.doing = ('stop of role %s'):format(old.name)
            local ok, failure, stack = life.call(old.module, 'stop', options())
            if not ok then
                state.failed(keeper, 'stop', failure, stack)
                state.gone[old.name] = new == nil and keeper.failure or nil
            end
        end
    end
end

local function told_of_conf(entry)
    local failure = entry.failure
    if entry.begun and not entry.unloaded then
        if failure ~= nil and failure.phase == 'apply_config' then
            entry.failure = nil
        end
        call(entry, 'apply_config', entry.role.conf, options())
    end
end

local function begin()
    state.master = not box.info.ro
    for _, name in ipairs(state.order) do
        local entry = state.entries[name]
        if entry.fresh or not entry.begun and not entry.unloaded then
            entry.fresh = false
            entry.begun = call(entry, 'init', options())
        end
    end
    for _, name in ipairs(state.order) do
        told_of_conf(state.entries[name])
    end
end

local function lacks_space(roles)
    for _, role in ipairs(roles) do
        for name in pairs(role.spaces) do
            if box.space[name] == nil then
                return name
            end
        end
    end
end

local function await_spaces(roles)
    local deadline = clock.monotonic() + SPACES_SECONDS
    local name = lacks_space(roles)
    while name ~= nil and box.info.ro and clock.monotonic() < deadline do
        state.doing = ('waiting for space %s'):format(name)
        fiber.sleep(POLL_SECONDS)
        name = lacks_space(roles)
    end
end

-- Roles are told when this instance becomes writable or read-only.
local function watch()
    fiber.name('roles')
    while true do
        local ro = box.info.ro
        if state.begun ~= nil and state.master == ro then
            pcall(state.alone, function()
                state.master = not box.info.ro
                for _, name in ipairs(state.order) do
                    told_of_conf(state.entries[name])
                end
            end)
        elseif ro then
            pcall(box.ctl.wait_rw, LOOK_SECONDS)
        else
            pcall(box.ctl.wait_ro, LOOK_SECONDS)
        end
        fiber.sleep(0)
    end
end

local function put_in_place(wanted)
    local before = {entries = state.entries, order = state.order}
    local loaded = load.all(wanted, {room = state.room, entries = state.entries})
    state.replace(wanted.hash, loaded)
    return before
end

local function work(wanted)
    if state.begun == wanted.hash then
        return
    end
    state.doing = 'loading the code'
    local before = {entries = {}, order = {}}
    state.gone = {}
    if state.hash ~= wanted.hash then
        before = put_in_place(wanted)
    end
    await_spaces(wanted.roles)
    state.master = not box.info.ro
    stop(before)
    begin()
    state.begun = wanted.hash
    if not watching then
        watching = true
        fiber.create(watch)
    end
end

-- {folder, hash, sums, wait}: answers when it is done, or after `wait` seconds how far it is.
function apply.run(params)
    if not configured() then
        error('the database is not configured yet', 0)
    end
    local deadline = clock.monotonic() + params.wait
    if state.begun ~= params.hash and (job == nil or job.done or job.hash ~= params.hash) then
        local mine = {hash = params.hash, done = false}
        job = mine
        fiber.create(function()
            fiber.name('roles_apply')
            local ok, failure = pcall(state.alone, function()
                work(bundle.read(params, state.running()))
            end)
            mine.done, mine.failure = true, not ok and failure or nil
            ended:broadcast()
            if not ok then
                log.error('the code of roles cannot be applied: %s', tostring(failure))
            end
        end)
    end
    local mine = job
    while mine ~= nil and not mine.done and clock.monotonic() < deadline do
        ended:wait(deadline - clock.monotonic())
    end
    if mine ~= nil and mine.failure ~= nil then
        error(mine.failure, 0)
    end
    return state.told()
end

-- Before the database listens: code that ran here last is there for the first client. Its life cycle comes with `run`.
function apply.preload(path)
    local ok, failure = pcall(state.alone, function()
        if require('fio').path.exists(path) and state.hash == nil then
            put_in_place(bundle.read(bundle.listed(path), {}))
        end
    end)
    if not ok then
        log.error('the code of roles was not loaded before clients come: %s', tostring(failure))
    end
end

return apply
