-- An order to move buckets to another storage: carried out some at a time, so that a bucket takes no writes for as long as
-- its few take, and no longer. How many are taken at once follows from how many rows the last ones had.
local clock = require('clock')
local fiber = require('fiber')
local hand_over = require('buckets.hand-over')
local pace = require('buckets.pace')
local peers = require('buckets.peers')
local shards = require('buckets.shards')
local space = require('buckets.space')
local standing = require('buckets.standing')
local transfer = {}

local ORDERS_MAX = 64
local RUNNING_MAX = 8
local BUCKETS_MAX = 100000
-- At most this share of all buckets in one hand-over: so few of the writes that come in have to wait that 99 of 100 do not.
local AT_ONCE_FIRST, AT_ONCE_SHARE, AT_ONCE_MAX = 8, 1 / 300, 500
-- Hand-overs to one storage at once, of all orders: each waits for the other side, and for copies, while another one reads
-- rows. An order more costs no write any time: it waits for its turn.
local LANES = 2
-- About so many rows are handed over at once: some 10 ms on a quiet machine. Time itself would be a bad measure: on a busy
-- one each step waits, however little there is to be done.
local ROWS_AT_ONCE, BYTES_AT_ONCE = 1000, 512 * 1024
-- Where even that is slow, fewer.
local SLOW_SECONDS, SLOW_AT_ONCE = 0.2, 8
-- Whoever holds one of many does not hold up the rest for longer.
local REF_SECONDS_OF_MANY = 0.02
-- Lanes rest so many times as long as they work, at most.
local REST_MOST = 1
local DEFAULTS = {stepSeconds = 5, refSeconds = 5, seconds = 600}
local BLOCKERS_MAX = 20
-- By attempt, and in order of their beginning.
local orders, sequence = {}, {}
-- Bucket -> attempt that is to move it: one that may choose takes others.
local chosen, chosen_count = {}, 0
-- Replicaset -> hand-overs to it that are under way or rest after it, and for how long they do.
local lanes_of, rests = {}, {}
local lane_freed = fiber.cond()
-- With how many the last hand-over went well, and when: orders follow each other, and their buckets are much alike.
local USUAL_SECONDS = 10
local usual = {size = AT_ONCE_FIRST, at = 0}

local function told(order)
    local blockers = setmetatable({}, {__serialize = 'seq'})
    for _, blocker in ipairs(order.blockers) do
        table.insert(blockers, blocker)
    end
    return {
        attempt = order.attempt, to = order.to, running = order.running, asked = order.asked, moved = order.moved, skipped = order.skipped, left = order.asked - order.moved - order.skipped,
        rows = order.rows, bytes = order.bytes, tookMs = ((order.ended or clock.monotonic()) - order.begun) * 1000, holdMaxMs = order.hold * 1000,
        blocker = order.blockers[#order.blockers] or box.NULL, blockers = blockers,
    }
end

local function block(order, sentence)
    if order.blockers[#order.blockers] ~= sentence then
        table.insert(order.blockers, sentence)
        if #order.blockers > BLOCKERS_MAX then
            table.remove(order.blockers, 1)
        end
    end
end

local function ids_of(params)
    if params.ids ~= nil then
        if type(params.ids) ~= 'table' or #params.ids > BUCKETS_MAX then
            error(('buckets_move: ids is a list of at most %d buckets'):format(BUCKETS_MAX), 0)
        end
        return params.ids
    elseif type(params.count) ~= 'number' or params.count < 0 or params.count > BUCKETS_MAX then
        error(('buckets_move: ids, or count up to %d'):format(BUCKETS_MAX), 0)
    end
    -- Those of the highest numbers: what is left keeps few ranges.
    local ids = {}
    for _, id in ipairs(space.last_of_state('active', params.count + chosen_count)) do
        if chosen[id] == nil and #ids < params.count then
            table.insert(ids, id)
        end
    end
    return ids
end

local function choose(order, ids)
    for _, id in ipairs(ids) do
        if chosen[id] == nil then
            chosen[id], chosen_count = order.attempt, chosen_count + 1
        end
    end
end

local function let_go(order, ids)
    for _, id in ipairs(ids) do
        if chosen[id] == order.attempt then
            chosen[id], chosen_count = nil, chosen_count - 1
        end
    end
end

local function taken(list, from, most)
    local some = {}
    for i = from, math.min(from + most - 1, #list) do
        table.insert(some, list[i])
    end
    return some
end

-- Answers how many it took from the list, and how many moved.
local function some_moved(order, ids, refSeconds, later)
    local begun = clock.monotonic()
    local result = hand_over.run{to = order.to, ids = ids, seconds = order.stepSeconds, refSeconds = refSeconds, order = order}
    order.hold = math.max(order.hold, clock.monotonic() - begun)
    order.moved = order.moved + #result.moved
    for _, id in ipairs(result.held) do
        block(order, ('requests hold bucket %d'):format(id))
        table.insert(later, id)
    end
    local refused = {}
    for _, one in ipairs(result.refused) do
        block(order, ('%s does not take bucket %d: %s'):format(order.to, one[1], one[2]))
        refused[one[1]] = true
    end
    if #result.refused > 0 then
        for _, id in ipairs(ids) do
            if not refused[id] then
                table.insert(later, id)
            end
        end
    end
    if result.failure ~= nil then
        block(order, result.failure)
        error(result.failure, 0)
    end
    return clock.monotonic() - begun
end

local function check(order)
    if order.cancelled then
        error('cancelled', 0)
    elseif clock.monotonic() > order.deadline then
        error(('not done within %.0f s'):format(order.seconds), 0)
    end
end

-- One order after the other to each storage, so that they end one after the other, and the next one is there before the
-- last one is over. Buckets that a person named do not wait.
local function its_turn(order)
    if order.at_once then
        return true
    end
    for _, attempt in ipairs(sequence) do
        local other = orders[attempt]
        if other == order then
            return true
        elseif other.running and other.more and other.to == order.to and not other.at_once then
            return false
        end
    end
end

local function leave_lane(to)
    lanes_of[to] = lanes_of[to] - 1
    lane_freed:broadcast()
end

-- Nobody waits for it but whoever wants that lane.
local function rest(order, seconds)
    local to = order.to
    rests[to] = rests[to] or pace.of('move', REST_MOST)
    local pause = rests[to](seconds, order.late)
    if pause == 0 then
        return leave_lane(to)
    end
    fiber.new(function()
        fiber.name('buckets.rest')
        fiber.sleep(pause)
        leave_lane(to)
    end)
end

-- Raises what ends the order meanwhile.
local function in_turn(order, f, ...)
    local to = order.to
    while (lanes_of[to] or 0) >= LANES or not its_turn(order) do
        lane_freed:wait(0.1)
        check(order)
    end
    lanes_of[to] = (lanes_of[to] or 0) + 1
    local begun = clock.monotonic()
    local ok, result = pcall(f, order, ...)
    rest(order, clock.monotonic() - begun)
    if not ok then
        error(result, 0)
    end
    return result
end

local function next_size(order, some, seconds)
    local size = math.min(AT_ONCE_MAX, math.max(AT_ONCE_FIRST, math.ceil(space.need().count * AT_ONCE_SHARE)), #some * 4)
    if order.moved > 0 then
        size = math.min(size, ROWS_AT_ONCE * order.moved / math.max(order.rows, 1), BYTES_AT_ONCE * order.moved / math.max(order.bytes, 1))
    end
    if seconds > SLOW_SECONDS then
        size = math.min(size, math.max(#some / 2, SLOW_AT_ONCE))
    end
    usual = {size = math.floor(math.max(size, 1)), at = clock.monotonic()}
    return usual.size
end

-- Takes some after some from the list, beside other lanes.
local function lane(order, work)
    while work.at <= #work.ids and work.failure == nil do
        check(order)
        local some = taken(work.ids, work.at, work.size)
        work.at = work.at + #some
        order.more = work.at <= #work.ids
        local seconds = in_turn(order, some_moved, some, REF_SECONDS_OF_MANY, work.later)
        work.size = next_size(order, some, seconds)
        fiber.yield()
    end
end

-- Each waits for the other side, and for copies, while another one reads rows.
local function run(order, ids)
    local work = {ids = ids, at = 1, size = clock.monotonic() - usual.at < USUAL_SECONDS and usual.size or AT_ONCE_FIRST, later = {}}
    local lanes = {}
    for i = 1, LANES do
        lanes[i] = fiber.new(function()
            fiber.name('buckets.lane')
            local ok, failure = pcall(lane, order, work)
            work.failure = work.failure or (not ok and failure or nil)
        end)
        lanes[i]:set_joinable(true)
    end
    for i = 1, LANES do
        lanes[i]:join()
    end
    if work.failure ~= nil then
        error(work.failure, 0)
    end
    -- One by one, with all the time there is, and in nobody's way; what is refused again stays.
    for _, id in ipairs(work.later) do
        check(order)
        some_moved(order, {id}, order.refSeconds, {})
    end
end

local function forget()
    while #sequence > ORDERS_MAX do
        local oldest
        for i, attempt in ipairs(sequence) do
            if not orders[attempt].running then
                oldest = i
                break
            end
        end
        if oldest == nil then
            return
        end
        orders[table.remove(sequence, oldest)] = nil
    end
end

local function begin(params)
    local running = 0
    for _, order in pairs(orders) do
        running = running + (order.running and 1 or 0)
    end
    if running >= RUNNING_MAX then
        error(('buckets_move: %d orders are under way here already'):format(running), 0)
    end
    standing.need()
    space.need()
    shards.need()
    if params.to.replicaset == box.info.cluster.uuid then
        error('buckets_move: the buckets are here already', 0)
    end
    peers.know(params.to)
    local ids = ids_of(params)
    local order = {attempt = params.attempt, to = params.to.replicaset, asked = #ids, moved = 0, skipped = 0, rows = 0, bytes = 0, blockers = {}, hold = 0, running = true, more = true, at_once = params.ids ~= nil, begun = clock.monotonic(), done = fiber.cond()}
    for name, value in pairs(DEFAULTS) do
        order[name] = params[name] or value
    end
    order.deadline = order.begun + order.seconds
    orders[order.attempt] = order
    table.insert(sequence, order.attempt)
    choose(order, ids)
    forget()
    fiber.new(function()
        fiber.name('buckets.move')
        local ok, failure = pcall(run, order, ids)
        if not ok then
            block(order, tostring(failure))
        end
        let_go(order, ids)
        order.skipped, order.running, order.ended = order.asked - order.moved, false, clock.monotonic()
        order.done:broadcast()
        lane_freed:broadcast()
    end)
    return order
end

-- {attempt, ids | count, to = {replicaset, uri, user?, password?}, wait?, stepSeconds?, refSeconds?, seconds?}: begins, or tells
-- how far it is when that attempt is known. `wait`: seconds for which it waits for the end.
function transfer.move(params)
    if type(params.attempt) ~= 'string' or type(params.to) ~= 'table' then
        error('buckets_move: attempt, ids or count, to = {replicaset, uri}', 0)
    end
    local order = orders[params.attempt] or begin(params)
    local deadline = clock.monotonic() + (params.wait or 0)
    while order.running and clock.monotonic() < deadline do
        order.done:wait(math.max(deadline - clock.monotonic(), 0.001))
    end
    return told(order)
end

-- {attempt}: what is not sent yet stays here.
function transfer.cancel(params)
    local order = orders[params.attempt]
    if order == nil then
        error(('buckets_cancel: no attempt %s is known here'):format(tostring(params.attempt)), 0)
    end
    order.cancelled = true
    return told(order)
end

function transfer.told()
    local result = setmetatable({}, {__serialize = 'seq'})
    for _, attempt in ipairs(sequence) do
        table.insert(result, told(orders[attempt]))
    end
    return result
end

return transfer
