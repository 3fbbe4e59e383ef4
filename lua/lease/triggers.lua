-- A trigger on every replicated space, also on those that come later, until it is taken off. System spaces have it too:
-- creating, dropping and truncating are writes.
local triggers = {}

local SYSTEM_ID_MIN = 256
local ENGINES = {memtx = true, vinyl = true, blackhole = true}

-- Nothing yields here: no space can come between. Its own list, as each may change what it walks.
local function each(f)
    local spaces = {}
    for id, space in pairs(box.space) do
        if type(id) == 'number' then
            table.insert(spaces, space)
        end
    end
    for _, space in ipairs(spaces) do
        f(space)
    end
end

local function guarded(space)
    return space.id > SYSTEM_ID_MIN and not space.is_local and not space.temporary and ENGINES[space.engine] == true
end

local function holds_rows(space)
    return space.id > SYSTEM_ID_MIN and ENGINES[space.engine] == true
end

-- `check` raises what the write is refused with. `but`: the name of a space that goes without. `everywhere`: local and
-- temporary spaces, too.
function triggers.of(check, options)
    local made = {on = false}
    local but = options and options.but
    local fits = options and options.everywhere and holds_rows or guarded

    local function has(space)
        for _, present in pairs(space:on_replace()) do
            if present == check then
                return true
            end
        end
        return false
    end

    local function install(space)
        if fits(space) and space.name ~= but and not has(space) then
            space:on_replace(check)
        end
    end

    -- A space holds no row before it has its first index, and keeps its triggers through all changes after.
    local function indexed(_, new)
        if new ~= nil and new[2] == 0 then
            install(box.space[new[1]])
        end
    end

    function made.install()
        if not made.on then
            made.on = true
            box.space._index:on_replace(indexed)
            each(install)
        end
    end

    function made.remove()
        if made.on then
            made.on = false
            box.space._index:on_replace(nil, indexed)
            each(function(space)
                if has(space) then
                    space:on_replace(nil, check)
                end
            end)
        end
    end

    -- How many spaces have it.
    function made.count()
        local count = 0
        each(function(space)
            count = count + (has(space) and 1 or 0)
        end)
        return count
    end

    return made
end

return triggers
