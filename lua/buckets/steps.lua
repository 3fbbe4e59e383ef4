-- One step of many buckets: rows that are as the last step left them become the next, in one transaction; the others stay.
local raw_tuple = require('raw-tuple')
local transaction = require('transaction')
local standing = require('buckets.standing')
local space = require('buckets.space')
local steps = {}

-- `become(row)`: the row after, or nil for one that is not as expected; `row` may be nil. Answers the buckets that changed.
-- Nothing yields from the look at the lease and the rows to the write. Raises where this is not the master of `epoch`.
function steps.change(epoch, ids, become)
    standing.need(epoch)
    local buckets = space.buckets() or space.not_sharded()
    local changed = {}
    transaction(function()
        for _, id in ipairs(ids) do
            local new = become(space.get(id), id)
            if new == false then
                raw_tuple.free(buckets:delete(id))
            elseif new ~= nil then
                raw_tuple.free(buckets:replace(new))
            end
            if new ~= nil then
                table.insert(changed, id)
            end
        end
    end)
    return changed
end

-- Is it in that state, of that attempt?
function steps.is(row, state, attempt)
    return row ~= nil and row[2] == state and row[5] == attempt
end

function steps.owned(row)
    return {row[1], 'active', row[3]}
end

function steps.passed_on(row)
    return {row[1], 'garbage', row[3], row[4]}
end

-- It was never active in that generation, and must not look like one that passed it on.
function steps.dropped(row)
    return {row[1], 'garbage', row[3] - 1}
end

return steps
