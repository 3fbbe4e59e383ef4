-- What is counted of each function: calls, errors, time, and how long they took. It goes on when the function is replaced.
local plain = require('plain')
local figures = {}

-- Upper bounds in milliseconds; what took longer is in the last place.
local BOUNDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000}
local TEXT_BYTES_MAX = 500
local kept = {}

function figures.of(name)
    local figure = kept[name]
    if figure == nil then
        figure = {calls = 0, errors = 0, refused = 0, seconds = 0, running = 0, took = {}}
        for i = 1, #BOUNDS + 1 do
            figure.took[i] = 0
        end
        kept[name] = figure
    end
    return figure
end

function figures.forget(name)
    kept[name] = nil
end

function figures.count(figure, seconds)
    local took, place = seconds * 1000, 1
    while place <= #BOUNDS and took > BOUNDS[place] do
        place = place + 1
    end
    figure.took[place] = figure.took[place] + 1
    figure.calls = figure.calls + 1
    figure.seconds = figure.seconds + seconds
end

-- Since this process began.
function figures.told(name)
    local figure = figures.of(name)
    return {
        calls = figure.calls, errors = figure.errors, refused = figure.refused, running = figure.running, seconds = plain.number(figure.seconds),
        took = figure.took, lastError = figure.last_error and figure.last_error:sub(1, TEXT_BYTES_MAX) or box.NULL, lastErrorAt = figure.last_error_at or box.NULL,
    }
end

figures.BOUNDS = BOUNDS

return figures
