-- What changed lately, and who waits for more. Only what is on disk is published; what is not kept any more is a gap,
-- which a watcher closes by a fresh look.
local fiber = require('fiber')
local watch = {}

local BATCHES_MAX = 10000
local WAIT_SECONDS_MAX = 30
local batches = {}
-- All changes after `since` are in `batches`, from `first` to `last`.
local since, first, last = 0, 1, 0
local newest = 0
-- By prefix: a condition and how many wait on it.
local waiters = {}

-- Nothing before `from` is known; the newest revision is `now`.
function watch.begin(from, now)
    since, newest = from, now
end

local function touches(batch, prefix)
    for _, row in ipairs(batch) do
        if row[1]:sub(1, #prefix) == prefix then
            return true
        end
    end
    return false
end

function watch.publish(revision, batch)
    newest = revision
    last = last + 1
    batches[last] = {revision = revision, rows = batch}
    if last - first >= BATCHES_MAX then
        since = batches[first].revision
        batches[first] = nil
        first = first + 1
    end
    for prefix, waiter in pairs(waiters) do
        if touches(batch, prefix) then
            waiter.cond:broadcast()
        end
    end
end

function watch.count()
    local count = 0
    for _, waiter in pairs(waiters) do
        count = count + waiter.waiting
    end
    return count
end

-- The first of `batches` after the revision.
local function position(after)
    local low, high = first, last + 1
    while low < high do
        local middle = math.floor((low + high) / 2)
        if batches[middle].revision > after then
            high = middle
        else
            low = middle + 1
        end
    end
    return low
end

local function collect(prefix, after, limit)
    local result = setmetatable({}, {__serialize = 'seq'})
    for i = position(after), last do
        local rows = setmetatable({}, {__serialize = 'seq'})
        for _, row in ipairs(batches[i].rows) do
            if row[1]:sub(1, #prefix) == prefix then
                table.insert(rows, row)
            end
        end
        if #rows > 0 then
            table.insert(result, {batches[i].revision, rows})
            if #result == limit then
                return result, batches[i].revision
            end
        end
    end
    return result, newest
end

-- Waits up to `seconds` for changes under the prefix after the revision. `upto`: told up to there.
function watch.wait(prefix, after, seconds, limit)
    after = tonumber(after)
    local deadline = fiber.clock() + math.min(seconds, WAIT_SECONDS_MAX)
    while true do
        -- Beyond the newest: the files are older than what the watcher has seen.
        if after < since or after > newest then
            return {gap = true}
        end
        local changes, upto = collect(prefix, after, limit)
        local left = deadline - fiber.clock()
        if #changes > 0 or left <= 0 then
            return {gap = false, changes = changes, upto = math.max(upto, after)}
        end
        local waiter = waiters[prefix] or {cond = fiber.cond(), waiting = 0}
        waiters[prefix] = waiter
        waiter.waiting = waiter.waiting + 1
        local ok, failure = pcall(waiter.cond.wait, waiter.cond, left)
        waiter.waiting = waiter.waiting - 1
        if waiter.waiting == 0 then
            waiters[prefix] = nil
        end
        if not ok then
            error(failure, 0)
        end
    end
end

return watch
