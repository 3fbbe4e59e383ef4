-- The indexes of a space in the order of their numbers, each as `describe(index)` says it: a table, which gets its number,
-- name and type, and whether it is unique.
return function(space, describe)
    local indexes = setmetatable({}, {__serialize = 'seq'})
    for id, index in pairs(space.index) do
        if type(id) == 'number' then
            local described = describe(index)
            described.id, described.name, described.type, described.unique = id, index.name, index.type, index.unique == true
            table.insert(indexes, described)
        end
    end
    table.sort(indexes, function(a, b) return a.id < b.id end)
    return indexes
end
